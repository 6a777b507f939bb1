import { z } from 'zod';

/** What the wall time of a run goes into, in the order in which a run comes to it. */
export const runParts = [
  /** From the start of the process to the operation: Node and modules. 0 in a process that has performed others. */
  'start',
  /** The network, and the folder with all its images. */
  'open',
  /** What is computed before training: features of the pretrained network, statistics, the linear probe, how long steps take. */
  'prepare',
  /** Graphs, and the sessions of ONNX Runtime that they become. */
  'compile',
  /** Waiting for images that are decoded and augmented. */
  'images',
  /** Steps. */
  'train',
  /** Validation, test, and what a method's callback looks at. */
  'evaluate',
  /** Passes over the training images and measures of features, for `--diagnostics` and `--keep-features`. */
  'diagnose',
  /** Checkpoints, logs, features that are kept, and what makes the folder a run. */
  'save',
  /** `model.onnx`, predictions, pictures. */
  'finish',
] as const;

export type RunPart = (typeof runParts)[number];

const seconds = z.number().min(0);

const partSchema = z.object({
  /** All of it. */
  seconds,
  /** Of these, inside the calls that run a session of ONNX Runtime. */
  onnxruntime_seconds: seconds,
});

export type PartTime = z.infer<typeof partSchema>;

/** Every moment of a process that trains belongs to one part: together they are its wall time, up to when this was written. */
export const profileSchema = z.record(z.enum(runParts), partSchema);

export type Profile = z.infer<typeof profileSchema>;

/** Of all parts. */
export function totalOf(profile: Profile): PartTime {
  return runParts.reduce((sum, part) => added(sum, profile[part]), nothing);
}

export function sumOf(profiles: readonly Profile[]): Profile {
  return profileOf((part) => profiles.reduce((sum, profile) => added(sum, profile[part]), nothing));
}

export function profileOf(timeOf: (part: RunPart) => PartTime): Profile {
  return {
    start: timeOf('start'),
    open: timeOf('open'),
    prepare: timeOf('prepare'),
    compile: timeOf('compile'),
    images: timeOf('images'),
    train: timeOf('train'),
    evaluate: timeOf('evaluate'),
    diagnose: timeOf('diagnose'),
    save: timeOf('save'),
    finish: timeOf('finish'),
  };
}

const nothing: PartTime = { seconds: 0, onnxruntime_seconds: 0 };

function added(a: PartTime, b: PartTime): PartTime {
  return {
    seconds: a.seconds + b.seconds,
    onnxruntime_seconds: a.onnxruntime_seconds + b.onnxruntime_seconds,
  };
}
