import { z } from 'zod';

/** A run of the sweep: a line of its file. */
export const measuredSchema = z.strictObject({
  model: z.string(),
  dataset: z.string(),
  fraction: z.number(),
  imageSize: z.number(),
  seed: z.number(),
  method: z.string(),
  /** What the method's published weight was multiplied with. */
  factor: z.number(),
  head: z.enum(['linear-probe', 'random']),
  epochs: z.number(),
  effectiveLambda: z.number().optional(),
  learningRate: z.number().optional(),
  meanSquare: z.number().nullable().optional(),
  /** Of the kept epoch, on the validation images. */
  accuracy: z.number().optional(),
  /** The linear probe's. */
  probe: z.number().nullable().optional(),
  bestEpoch: z.number().nullable().optional(),
  /** Validation accuracy and loss, task loss and penalty of each epoch. */
  perEpoch: z.array(z.array(z.number().nullable())),
  /** Why there is no accuracy, such as a diverged run. */
  error: z.string().optional(),
});

export type Measured = z.infer<typeof measuredSchema>;

/** What makes a run another one. */
export function keyOf(
  run: Pick<Measured, 'model' | 'dataset' | 'fraction' | 'seed' | 'method' | 'factor' | 'head'>,
): string {
  const { model, dataset, fraction, seed, method, factor, head } = run;
  return [model, dataset, fraction, seed, method, factor, head].join(' ');
}
