import { z } from 'zod';
import { optionRegistry } from '../../../run/options/option.js';
import { percentOf } from '../../../run/options/percent-of.js';
import { presetNames } from '../../../run/options/preset.js';
import { ownOptionsSchema, sharedOptionsSchema } from './shared.js';

/** A new schema each time: each is registered with a description of its own. */
const name = () => z.string().min(1);

/** One, or several of them. */
const several = (what: string) =>
  z.union([name(), z.array(name()).min(1)], { error: `must be ${what}, or a list of them` });

/** A method among others: by its name, or with what is its own. */
const methodSchema = z.union(
  [
    name(),
    z.strictObject({
      name: name().register(optionRegistry, {
        description: 'Method, as `train` takes it: a name, the path of a .js file, or several joined by +.',
        group: 'Method',
      }),
      label: name().optional().register(optionRegistry, {
        description: 'What tables and folders call it; no two methods have the same.',
        group: 'Method',
        otherwise: 'its name, with the options that are its own',
      }),
      options: z.record(z.string(), z.unknown()).optional().register(optionRegistry, {
        description: "The method's own options, by their names.",
        group: 'Method',
      }),
      ...ownOptionsSchema.shape,
    }),
  ],
  { error: 'must be a name, or an object with a name' },
);

const seed = z.number().int().min(0);

/** `--train-fraction` takes a share from 0 to 1: what is below 1 here was meant so. */
const percent = z
  .number()
  .gt(0)
  .max(100)
  .refine((value) => value <= 0 || value >= 1, {
    error: ({ input }) => `is in percent, and below 1; a share of ${input} is ${percentOf(Number(input))}`,
  });

/** An experiment, as it is written in a program or a YAML file. Options of `train` hold for all of its runs. */
export const experimentSchema = z.strictObject({
  data: several('a folder of images').register(optionRegistry, {
    description: 'Folders of images, laid out as for training.',
    group: 'Input and output',
  }),
  model: name().optional().register(optionRegistry, {
    description: 'Pretrained network, as `train` takes it.',
    group: 'Input and output',
  }),
  models: several('a model').optional().register(optionRegistry, {
    description: 'Several of them.',
    group: 'Input and output',
  }),
  methods: z
    .union([name(), z.array(methodSchema).min(1)], { error: 'must be a list of methods' })
    .optional()
    .register(optionRegistry, {
      description:
        'Methods to compare; the others are compared with plain fine-tuning, or with the first where it is not there.',
      group: 'Experiment',
      otherwise: 'fine-tuning, adarand',
    }),
  fractions: z.array(percent).min(1).optional().register(optionRegistry, {
    description:
      'Shares of the training images, in percent, from 1 on; the validation images are those of all of them.',
    group: 'Experiment',
    otherwise: '100',
  }),
  seeds: z
    .union([z.number().int().min(1).max(1000), z.array(seed).min(1)], {
      error: 'must be a number from 1 to 1000, or a list of seeds',
    })
    .optional()
    .register(optionRegistry, {
      description: 'How many seeds, from `seed` on; or which ones.',
      group: 'Experiment',
      otherwise: '5',
    }),
  seed: seed.optional().register(optionRegistry, {
    description: 'First of the seeds.',
    group: 'Experiment',
    otherwise: '0',
  }),
  preset: z.enum(presetNames).optional().register(optionRegistry, {
    description: 'Defaults for what is not given: paper has those of the AdaRand paper.',
    group: 'Experiment',
    otherwise: 'none',
  }),
  search: z
    .number()
    .int()
    .min(2)
    .max(243)
    .optional()
    .register(optionRegistry, {
      description:
        'Configurations of each method to try on the first seed: learning rate and lambda, as far as they are not given. The best by ' +
        'validation is that of all seeds; test images are not looked at meanwhile.',
      group: 'Experiment',
      value: 'n',
      otherwise: 'nothing is searched',
    }),
  keepWeights: z.boolean().optional().register(optionRegistry, {
    description: 'Whether finished runs keep model.onnx and checkpoints.',
    group: 'Experiment',
    otherwise: 'false',
  }),
  parallel: z.number().int().min(1).max(256).optional().register(optionRegistry, {
    description: 'Runs side by side. The number of threads of each is fixed, so results do not depend on it.',
    group: 'Experiment',
    otherwise: 'as many as there are cores and memory for',
  }),
  out: name().optional().register(optionRegistry, {
    description: 'Folder that the experiment is written to; it must be empty, or not exist yet.',
    group: 'Input and output',
    otherwise: 'runs/DATA-MODEL-compare-N',
  }),
  ...sharedOptionsSchema.shape,
});

/** What `compare` is given: data, models, methods, and options of `train` for all runs (docs/compare.md). */
export type Experiment = z.input<typeof experimentSchema>;

export type WrittenMethod = z.input<typeof methodSchema>;

export function isExperiment(value: unknown): value is Experiment {
  return experimentSchema.safeParse(value).success;
}
