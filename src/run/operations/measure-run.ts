import { z } from 'zod';
import { trainOptionsSchema } from '../options/train-options.js';
import { Operation } from './operation.js';

const runPaceSchema = z.object({
  /** Of an epoch, with its validation and checkpoints. */
  epoch_seconds: z.number().min(0),
  /** Of everything before the first and after the last one. */
  around_seconds: z.number().min(0),
  /** Largest resident memory of the process. */
  peak_memory_bytes: z.number().min(0),
});

export type RunPace = z.infer<typeof runPaceSchema>;

/** How long a run would take here, and how much memory, by some of its steps. */
export const measureRun = new Operation({
  name: 'measure-run',
  request: trainOptionsSchema,
  result: runPaceSchema,
  perform: async (options, host) => (await import('../train/train-run.js')).measureRun(options, host),
});
