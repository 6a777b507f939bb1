import { z } from 'zod';
import { optionRegistry } from '../../../run/options/option.js';
import { presetNames } from '../../../run/options/preset.js';
import { experimentSchema } from './experiment.js';
import { sharedOptionsSchema } from './shared.js';

const text = () => z.string().min(1);

/** Flags of `adarand compare` that `train` does not have. */
export const ownFlagsSchema = z.strictObject({
  data: z.array(text()).optional().register(optionRegistry, {
    description:
      'Folders of images, laid out as for training, on each of which all methods are compared; or one YAML file that describes the experiment.',
    group: 'Input and output',
  }),
  models: text().optional().register(optionRegistry, {
    description: 'Pretrained networks, as `train` takes them.',
    group: 'Input and output',
    value: 'models',
    alias: 'model',
    joinedBy: ',',
  }),
  methods: text()
    .optional()
    .register(optionRegistry, {
      description:
        'Methods to compare; the others are compared with the first. One may have options of its own, of the method or ' +
        "of `train`: 'fine-tuning,randreg:prior=uniform;lambda=0.5'.",
      group: 'Experiment',
      value: 'names',
      otherwise: 'fine-tuning,adarand',
      joinedBy: ',',
    }),
  fractions: text()
    .optional()
    .register(optionRegistry, {
      description:
        'Shares of the training images, in percent from 1 on, such as 10,25,50,100. A smaller part is contained in a larger ' +
        'one, and all methods have the same. The validation images are those of all of them.',
      group: 'Experiment',
      value: 'percents',
      otherwise: '100',
      joinedBy: ',',
    }),
  seeds: text().optional().register(optionRegistry, {
    description: 'How many seeds, from --seed on; or which ones, such as 3,7,11.',
    group: 'Experiment',
    value: 'n',
    otherwise: '5',
    joinedBy: ',',
  }),
  seed: z.number().int().min(0).optional().register(optionRegistry, {
    description: 'First of the seeds.',
    group: 'Experiment',
    value: 'n',
    otherwise: '0',
  }),
  preset: z.enum(presetNames).optional().register(optionRegistry, {
    description: 'Defaults for what is not given. paper: those of the AdaRand paper.',
    group: 'Experiment',
    value: 'name',
    otherwise: 'none',
  }),
  search: experimentSchema.shape.search,
  keepWeights: z.boolean().optional().register(optionRegistry, {
    description:
      'Keep model.onnx and checkpoints of finished runs, which are deleted otherwise; predictions of the test images are kept anyway.',
    group: 'Experiment',
  }),
  parallel: z.number().int().min(1).max(256).optional().register(optionRegistry, {
    description:
      'Runs side by side. --threads is that of each run, at most 4 unless given, so results do not depend on how many there are. --resume has those that the experiment had before.',
    group: 'Experiment',
    value: 'n',
    otherwise: 'as many as there are cores and memory for',
  }),
  out: text().optional().register(optionRegistry, {
    description: 'Folder that the experiment is written to; it must be empty, or not exist yet.',
    group: 'Input and output',
    value: 'dir',
    otherwise: 'runs/DATA-MODEL-compare-N',
  }),
  resume: text().optional().register(optionRegistry, {
    description:
      'Continue this experiment, which was stopped or killed, with the options that it began with.',
    group: 'Input and output',
    value: 'experiment',
  }),
  dryRun: z.boolean().default(false).register(optionRegistry, {
    description:
      'Train nothing: check the experiment, measure some steps of each method, and say how many runs there are and how long they take.',
    group: 'Experiment',
  }),
  profile: z.boolean().default(false).register(optionRegistry, {
    description:
      'Say at the end what the time of the runs went into, and how much of it was inside ONNX Runtime.',
    group: 'Run',
  }),
  retry: z.boolean().default(false).register(optionRegistry, {
    description: 'With --resume: train the runs that failed once more.',
    group: 'Experiment',
  }),
});

/** All flags of `adarand compare`. */
export const compareFlagsSchema = z.strictObject({ ...ownFlagsSchema.shape, ...sharedOptionsSchema.shape });

/** Words of a flag that takes several. */
export function wordsOf(flag: string | undefined): readonly string[] {
  return (flag ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
