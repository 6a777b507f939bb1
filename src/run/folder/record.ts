import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { settingsSchema } from '../options/settings.js';
import { trainOptionsSchema } from '../options/train-options.js';
import { machineSchema } from './describe-machine.js';

const threeNumbers = z.tuple([z.number(), z.number(), z.number()]);

/** `run.json`: everything needed to repeat a run, or to continue it. */
export const recordSchema = z.object({
  format: z.literal(1),
  /** ISO 8601. */
  started: z.string(),
  /** As given, with defaults; paths are absolute. */
  options: trainOptionsSchema,
  settings: settingsSchema,
  data: z.object({
    name: z.string(),
    fingerprint: z.string(),
    classes: z.array(z.string()),
    /** Images of each split. */
    train: z.number(),
    val: z.number(),
    test: z.number(),
  }),
  /** Source images, where the method trains on them. */
  source: z
    .object({ name: z.string(), fingerprint: z.string(), classes: z.number(), images: z.number() })
    .nullable(),
  model: z.object({
    name: z.string(),
    modelType: z.string(),
    fingerprint: z.string(),
    parameters: z.number(),
    featureSize: z.number(),
    preprocessing: z.object({
      imageSize: z.number(),
      resizeSize: z.number(),
      mean: threeNumbers,
      std: threeNumbers,
    }),
  }),
  /** SHA-256 of the file that the method comes from; null for one that is built in. */
  methodFile: z.string().nullable(),
  /** CPU threads that compute: `--threads`, or one per core. With another number, sums are rounded otherwise. */
  threads: z.number(),
  machine: machineSchema,
});

export type RunRecord = z.infer<typeof recordSchema>;

/** `summary.json`: how a finished run ended. Accuracies are from 0 to 1; null where there were no images. */
export const summarySchema = z.object({
  run: z.string(),
  test_accuracy: z.number().nullable(),
  /** 95 % interval of the test accuracy (Wilson): its lower and its upper end. */
  test_interval: z.tuple([z.number(), z.number()]).nullable(),
  test_loss: z.number().nullable(),
  test_images: z.number(),
  /** Of the best epoch. */
  val_accuracy: z.number().nullable(),
  val_loss: z.number().nullable(),
  val_images: z.number(),
  train_images: z.number(),
  /** The epoch whose parameters were kept: by validation, or the last one. */
  best_epoch: z.number(),
  epochs: z.number(),
  steps: z.number(),
  /** Median over epochs, validation included. */
  seconds_per_epoch: z.number(),
  /** Largest resident memory of the process that trained. */
  peak_memory_bytes: z.number(),
  /** Trained numbers, the head's included. */
  parameters: z.number(),
  classes: z.number(),
  model: z.string(),
  method: z.string(),
  lambda: z.number(),
  lambda_unit: z.string(),
  effective_lambda: z.number(),
  /** Factor that converts a weight for features of ResNet-50's size to this network's; in a combination, of each such method. */
  feature_scale: z.number(),
  feature_mean_square: z.number().nullable(),
  learning_rate: z.number(),
  batch_size: z.number(),
  image_size: z.number(),
  seed: z.number(),
});

export type RunSummary = z.infer<typeof summarySchema>;

/** @throws AdarandError `run.damaged`. */
export function parseStored<T>(schema: z.ZodType<T>, json: string, path: string): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw damaged(path, 'it is not JSON', error);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw damaged(path, `${issue?.path.join('.')}: ${issue?.message}`);
}

function damaged(path: string, reason: string, cause?: unknown): AdarandError {
  return new AdarandError(
    'run.damaged',
    `${path} is not what a run writes: ${reason}`,
    'The file was changed, or comes from another version.',
    cause,
  );
}
