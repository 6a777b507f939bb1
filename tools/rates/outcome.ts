import { join } from 'node:path';
import { z } from 'zod';
import { packageFolder } from '../../src/package.js';
import { outcomesIn } from '../outcomes.js';

const share = z.number().min(0).max(1);

/** What a rate reached in a cell, on validation images alone: a line of the file. */
export const outcomeSchema = z.strictObject({
  network: z.string(),
  dataset: z.string(),
  head: z.enum(['linear-probe', 'random']),
  optimizer: z.enum(['sgd', 'adam', 'adamw']),
  learningRate: z.number(),
  seed: z.number(),
  /** Accuracy of the linear probe; null from a random head. */
  probe: share.nullable(),
  /** Of the best epoch. */
  best: share,
  /** Accuracy and cross-entropy of the last epoch. */
  last: share,
  loss: z.number(),
});

export type Outcome = z.infer<typeof outcomeSchema>;

export const FILE = join(packageFolder(), 'tools', 'rates', 'outcomes.jsonl');

export const readOutcomes = (): Outcome[] => outcomesIn(FILE, outcomeSchema);
