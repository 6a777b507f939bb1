import { join } from 'node:path';
import { z } from 'zod';
import { packageFolder } from '../../src/package.js';
import { outcomesIn } from '../outcomes.js';

/** Who classifies: the first three are this project's, the others are `oracle/newcomer.py`'s. */
export const contestants = ['probe', 'train', 'tune', 'pytorch-tutorial', 'pytorch-fine-tune'] as const;

/** A trained classifier: a line of the file. */
export const outcomeSchema = z.strictObject({
  dataset: z.string(),
  network: z.string(),
  seed: z.number(),
  contestant: z.enum(contestants),
  /** On the test images. */
  accuracy: z.number(),
  images: z.number(),
  seconds: z.number(),
});

export type Outcome = z.infer<typeof outcomeSchema>;

export const FILE = join(packageFolder(), 'tools', 'newcomer', 'outcomes.jsonl');

export const readOutcomes = (): Outcome[] => outcomesIn(FILE, outcomeSchema);
