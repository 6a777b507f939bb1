import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { devices } from '../../graph/device.js';
import { optimizers } from '../../optimizers/index.js';
import { schedules } from '../../optimizers/schedules.js';
import { augmentations } from './augmentations.js';
import { didYouMean } from './did-you-mean.js';

const positive = z.number().positive();
const count = z.number().int().min(1);
const fraction = z.number().min(0).lt(1);

/**
 * What a run is asked to do, with the defaults that do not depend on the data or the network; those that do are
 * chosen by `resolveSettings` and stay optional here. Validated once, where a run starts.
 */
export const trainOptionsSchema = z.strictObject({
  data: z
    .string()
    .min(1)
    .describe('folder of images: DATA/CLASS/*.jpg, or train/, val/, test/ with such folders'),
  model: z.string().min(1).describe('pretrained network: a folder, or an .onnx or .safetensors file'),
  out: z.string().min(1).optional().describe('run folder; must not exist. runs/DATA-MODEL-METHOD-N'),

  method: z.string().default('adarand').describe('method, or the path of a .js file with one'),
  methodOptions: z.record(z.string(), z.unknown()).default({}).describe("the method's own options"),
  source: z.string().min(1).optional().describe('source images, for methods that train on them as well'),
  lambda: z.number().min(0).optional().describe("weight of the method. The method's own"),
  lambdaUnit: z
    .enum(['feature-scale', 'raw'])
    .default('feature-scale')
    .describe("lambda for features of ResNet-50's size, or as it is"),
  head: z
    .enum(['random', 'probe'])
    .default('random')
    .describe('how the new head starts: random, or as a linear probe of the frozen network'),

  epochs: count.default(20).describe('passes over the training images'),
  batchSize: count.optional().describe('32, or less where there are few images'),
  learningRate: positive
    .optional()
    .describe('sgd: 0.01 with BatchNorm, 0.001 without; adam, adamw: 0.0001; a tenth after a probe'),
  optimizer: keyOf(optimizers).default('sgd').describe(Object.keys(optimizers).join(', ')),
  schedule: keyOf(schedules).default('cosine').describe(Object.keys(schedules).join(', ')),
  warmUp: z.number().int().min(0).default(0).describe('updates over which the learning rate rises from 0'),
  weightDecay: z.number().min(0).optional().describe('0; adamw: 0.05, but for methods that take its place'),
  backboneLrScale: z.number().min(0).default(1).describe("factor on the backbone's learning rate"),
  clipGradNorm: positive.optional().describe('upper limit on the norm of all gradients together'),
  accumulate: count.default(1).describe('batches averaged into one update'),
  emaDecay: z.number().gt(0).lt(1).optional().describe('decay of an exponential average of the parameters'),
  batchNorm: z.enum(['train', 'frozen']).default('train').describe('statistics of the batch, or pretrained'),
  patience: count.optional().describe('stop after so many epochs without a better validation accuracy'),
  maxSteps: count.optional().describe('stop after so many batches'),

  imageSize: count.max(4096).optional().describe("side of the network's input. The model's own"),
  augment: keyOf(augmentations).optional().describe('crop, or pad-crop where the input is at most 64 pixels'),
  flip: z.boolean().default(true).describe('mirror half of the training images'),
  trainFraction: z.number().gt(0).max(1).default(1).describe('share of the training images to use'),
  valFraction: fraction.default(0.1).describe('share to validate on, where DATA has no val/'),
  testFraction: fraction.default(0.2).describe('share to test on, where DATA has no test/'),

  seed: z.number().int().min(0).default(0).describe('of splits, order, crops, noise and the new head'),
  device: z.enum(devices).default('cpu').describe('cpu, wasm, webgpu or cuda'),
  threads: count.optional().describe('all cores'),
  checkpointSeconds: positive.default(120).describe('between checkpoints inside an epoch'),
  logEvery: count.default(10).describe('steps between two lines of metrics.jsonl'),
});

/** What the caller gives: `data` and `model` will do. */
export type TrainOptions = z.input<typeof trainOptionsSchema>;

/** The same, validated, with defaults. */
export type RunOptions = z.output<typeof trainOptionsSchema>;

/** @throws AdarandError `config.invalid`, naming every option that is wrong. */
export function parseTrainOptions(given: unknown): RunOptions {
  const result = trainOptionsSchema.safeParse(given);
  if (!result.success) {
    const problems = result.error.issues.map(describeIssue);
    throw new AdarandError(
      'config.invalid',
      problems.join('; '),
      'See `adarand train --help` for what each option may be.',
    );
  }
  const { patience, valFraction } = result.data;
  if (patience !== undefined && valFraction === 0)
    throw new AdarandError(
      'config.invalid',
      'patience needs validation images, and valFraction is 0',
      'Leave out patience, or set a valFraction such as 0.1.',
    );
  return result.data;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(trainOptionsSchema.shape);
    return issue.keys.map((key) => `there is no option ${key}.${didYouMean(key, known)}`).join(' ');
  }
  return `${issue.path.join('.')}: ${issue.message}`;
}

/** One of a registry's names. */
function keyOf<T extends Readonly<Record<string, unknown>>>(registry: T) {
  const known = (value: unknown) => typeof value === 'string' && Object.hasOwn(registry, value);
  return z.custom<keyof T & string>(known, {
    error: ({ input }) => {
      const names = Object.keys(registry);
      return `"${input}" is not one of ${names.join(', ')}.${didYouMean(String(input), names)}`;
    },
  });
}
