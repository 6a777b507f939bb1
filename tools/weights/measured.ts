import { readFileSync } from 'node:fs';
import { z } from 'zod';

const runSchema = z.strictObject({
  model: z.string(),
  dataset: z.string(),
  fraction: z.number(),
  imageSize: z.number(),
  seed: z.number(),
  epochs: z.number(),
  head: z.enum(['linear-probe', 'random']),
  method: z.string(),
  /** What the method's default weight was multiplied with. */
  factor: z.number(),
});

const trainedSchema = runSchema.extend({
  effectiveLambda: z.number(),
  /** On the validation images: of the linear probe, of the kept epoch, of the best trained epoch, of the last one. */
  probe: z.number().nullable(),
  kept: z.number(),
  trained: z.number(),
  last: z.number(),
  bestEpoch: z.number(),
});

/** It has no accuracies. */
const divergedSchema = runSchema.extend({ diverged: z.literal(true) });

/** A run of the sweep: a line of its file. */
const measuredSchema = z.union([trainedSchema, divergedSchema]);

export type Trained = z.infer<typeof trainedSchema>;
export type Measured = z.infer<typeof measuredSchema>;

export function isTrained(run: Measured): run is Trained {
  return !('diverged' in run);
}

/** What makes a run another one. */
type Key = Pick<Measured, 'model' | 'dataset' | 'fraction' | 'seed' | 'head' | 'method' | 'factor'>;

export function keyOf({ method, factor, ...cell }: Key): string {
  return [cellOf(cell), method, factor].join(' ');
}

export function cellOf({ model, dataset, fraction, seed, head }: Omit<Key, 'method' | 'factor'>): string {
  return [model, dataset, fraction, seed, head].join(' ');
}

export function readMeasured(file: string): Measured[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => measuredSchema.parse(JSON.parse(line)));
}
