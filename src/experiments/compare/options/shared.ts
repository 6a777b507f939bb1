import { z } from 'zod';
import { optionRegistry } from '../../../run/options/option.js';
import { trainOptionsSchema } from '../../../run/options/train-options.js';

/** Options of `train` that an experiment decides for its runs. */
const decided = {
  data: true,
  model: true,
  method: true,
  methodOptions: true,
  minutes: true,
  trainFraction: true,
  seed: true,
  test: true,
  predictions: true,
  out: true,
} as const;

export const decidedOptions: readonly string[] = Object.keys(decided);

/** More threads than these hardly make the small batches of a small dataset faster; a run beside it does. */
export const MOST_THREADS = 4;

/** Options of `train` that all runs of an experiment have. */
export const sharedOptionsSchema = z.strictObject({
  ...trainOptionsSchema.omit(decided).shape,
  threads: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .optional()
    .register(optionRegistry, {
      description: 'CPU threads of each run. With another number, results differ in their last digits.',
      group: 'Run',
      value: 'n',
      otherwise: `one per core, at most ${MOST_THREADS}`,
    }),
  diagnostics: z.boolean().default(true).register(optionRegistry, {
    description:
      'Whether features and probabilities of whole splits are measured after each epoch (docs/diagnostics.md).',
    off: 'Do not measure features and probabilities after each epoch; runs are then faster by a pass over the training images.',
    group: 'Run',
  }),
});

/** As given: without defaults, which a preset may choose. */
export type SharedOptions = z.input<typeof sharedOptionsSchema>;

/** What has to be alike for all methods, so that they are compared on the same images and by the same arithmetic. */
const alike = {
  valFraction: true,
  valFold: true,
  testFraction: true,
  diagnostics: true,
  device: true,
  threads: true,
  checkpointSeconds: true,
  logEvery: true,
} as const;

/** Options of `train` that one of the methods may have by itself. */
export const ownOptionsSchema = z.strictObject(sharedOptionsSchema.omit(alike).shape);

export type OwnOptions = z.input<typeof ownOptionsSchema>;

export function isSharedOptions(value: unknown): value is SharedOptions {
  return sharedOptionsSchema.safeParse(value).success;
}

export function isOwnOptions(value: unknown): value is OwnOptions {
  return ownOptionsSchema.safeParse(value).success;
}
