import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { hubSourceSchema } from '../../models/hub/source.js';
import { LICENCE } from '../../models/licence.js';
import { originSchema } from '../../models/origin-schema.js';
import { preprocessingSchema } from '../../models/preprocessing-schema.js';
import { criteria } from '../../training/best-epoch.js';
import { testTimeAugmentations } from '../../training/test-time-augmentation.js';
import { lambdaSchema } from '../options/resolve-lambda.js';
import { settingsSchema } from '../options/settings.js';
import { runOptionsSchema } from '../options/train-options.js';
import { profileSchema } from '../profile/profile.js';
import { machineSchema } from './describe-machine.js';
import { diagnosticsSchema } from './diagnostics-record.js';

const count = z.int().min(0);
const positive = z.int().min(1);
const share = z.number().min(0).max(1);

/** What was changed of a run when it was resumed: its length, how many images are computed at a time, and where the same images are. */
const changeSchema = z.object({
  /** ISO 8601. */
  time: z.string(),
  /** Batches that had been done. */
  step: count,
  epochs: z.object({ from: positive, to: positive }).optional(),
  /** From null: there was none. */
  patience: z.object({ from: positive.nullable(), to: positive }).optional(),
  micro_batch: z.object({ from: positive, to: positive }).optional(),
  data: z.object({ from: z.string(), to: z.string() }).optional(),
  /** Of a run that had ended: the test accuracy that was known by then; null where there were no test images. */
  test_accuracy: share.nullable().optional(),
});

export type RunChange = z.infer<typeof changeSchema>;

const groupSchema = z.object({
  name: z.string(),
  parameters: count,
  learningRate: z.number().min(0).nullable(),
});

/** `run.json`: everything needed to repeat a run, or to continue it. */
export const recordSchema = z
  .object({
    format: z.literal(1),
    /** ISO 8601. */
    started: z.string(),
    /** As given, with defaults; paths are absolute. What was changed when the run was resumed has its last value. */
    options: runOptionsSchema,
    /** In the order of time; absent from a run that was not changed. */
    changes: z.array(changeSchema).min(1).optional(),
    settings: settingsSchema,
    data: z.object({
      name: z.string(),
      fingerprint: z.string(),
      classes: z.array(z.string()).min(2),
      /** Images of each split. */
      train: positive,
      val: count,
      test: count,
      /** Lines of the report on the folder that say what an accuracy on it is worth. Earlier versions did not record it. */
      remarks: z.array(z.string()).optional(),
    }),
    /** Source images, where the method trains on them. */
    source: z
      .object({ name: z.string(), fingerprint: z.string(), classes: positive, images: positive })
      .nullable(),
    model: z.object({
      name: z.string(),
      modelType: z.string(),
      fingerprint: z.string(),
      parameters: positive,
      featureSize: positive,
      preprocessing: preprocessingSchema,
      /** Null for a file or folder of this machine; runs of version 0.1.0 lack it. */
      source: hubSourceSchema.nullable().default(null),
      /** Where its tensors are named so; null for an ONNX file. Earlier versions did not record it. */
      origin: originSchema.nullable().optional(),
      /** That its description names, as the hub calls them. */
      licences: z.array(z.string().regex(LICENCE)).default([]),
    }),
    /**
     * The groups of the network's parameters, from the images on, and the head: how many numbers they have, and their
     * learning rates before the schedule; null where they are frozen. Runs of version 0.1.0 lack it.
     */
    groups: z.array(groupSchema).min(1).optional(),
    /** SHA-256 of the file that the method comes from; null for one that is built in. */
    methodFile: z.string().nullable(),
    /** CPU threads that compute: `--threads`, or one per core. With another number, sums are rounded otherwise. */
    threads: positive.max(65_536),
    machine: machineSchema,
  })
  .refine(({ settings, data }) => settings.batchSize <= data.train, {
    path: ['settings', 'batchSize'],
    message: 'a batch is larger than the training images are many',
  })
  .refine(({ settings: { batchSize, microBatch = batchSize } }) => batchSize % microBatch === 0, {
    path: ['settings', 'microBatch'],
    message: 'it does not divide the batch size',
  });

export type RunRecord = z.infer<typeof recordSchema>;

/** `summary.json`: how a finished run ended. Accuracies are from 0 to 1; null where there were no images. */
export const summarySchema = z.object({
  /** Folder of the run. */
  run: z.string(),
  /** Share of the test images that are classified right; null where they were left alone, too. */
  test_accuracy: share.nullable(),
  /** 95 % interval of the test accuracy (Wilson): its lower and its upper end. */
  test_interval: z.tuple([share, share]).nullable(),
  /** Mean over classes of the accuracy on each class's images, over those that have some. Earlier versions did not record it. */
  test_balanced_accuracy: share.nullable().default(null),
  /** Mean cross-entropy on the test images, nats. */
  test_loss: z.number().nullable(),
  /** Number of test images. */
  test_images: count,
  /** Classes that have some of them: means over classes are over these. Earlier versions did not record it. */
  test_classes: count.nullable().default(null),
  /** What `--diagnostics` measured of the test images; null without it, without test images, and in runs of earlier versions. */
  diagnostics: diagnosticsSchema.nullable().default(null),
  /** Test-time augmentation of validation and test; earlier versions had none. */
  tta: z.enum(testTimeAugmentations).default('none'),
  /** Of the best epoch. */
  val_accuracy: share.nullable(),
  /** Of the best epoch: mean over classes. Earlier versions did not record it. */
  val_balanced_accuracy: share.nullable().default(null),
  /** Of the best epoch: mean cross-entropy on the validation images, nats. */
  val_loss: z.number().nullable(),
  /** Number of validation images. */
  val_images: count,
  /** Classes that have validation images. Earlier versions did not record it. */
  val_classes: count.nullable().default(null),
  /** Number of training images, after `--train-fraction`. */
  train_images: positive,
  /** Training images of the largest class over those of the smallest; null in runs of earlier versions. */
  imbalance: z.number().min(1).nullable().default(null),
  /** Of the linear probe that training began with; null for another beginning. Earlier versions did not record it. */
  probe_val_accuracy: share.nullable().default(null),
  /** What the best epoch was chosen by, on the validation images. */
  choose_by: z.enum(criteria).default('accuracy'),
  /** The epoch whose parameters were kept: by validation, or the last one. 0 is the linear probe. */
  best_epoch: count,
  /** Passes over the training images that were made. */
  epochs: count,
  /** Batches in all of them. */
  steps: count,
  /** Median over the epochs that are logged, validation included; null where none is. */
  seconds_per_epoch: z.number().min(0).nullable(),
  /** Largest resident memory of the process that trained; null where it had trained another run before. */
  peak_memory_bytes: count.nullable(),
  /** What the time of the process that finished the run went into; null in runs of earlier versions. */
  profile: profileSchema.nullable().default(null),
  /** Trained numbers, the head's included. */
  parameters: positive,
  /** Classes of the run. */
  classes: positive,
  /** The pretrained network, by its name. */
  model: z.string(),
  /** The method, as it was given. */
  method: z.string(),
  /** Weight of its penalty, in `lambda_unit`. */
  lambda: z.number(),
  /** `relative`, or `raw`. */
  lambda_unit: z.string(),
  /** The factor of the penalty in the loss. */
  effective_lambda: z.number(),
  /** Factors from published weights to this run's, by unit; null for a raw weight. */
  lambda_scales: lambdaSchema.shape.lambdaScales,
  /** Mean square of the pretrained features; null where nothing needed it. */
  feature_mean_square: z.number().nullable(),
  /** Before the schedule lowers it. */
  learning_rate: z.number().positive(),
  /** Images of a batch. */
  batch_size: positive,
  /** Side of the images that the network was given, in pixels. */
  image_size: positive,
  /** Of everything that is random. */
  seed: count,
});

/** What `train` and `resume` give: `summary.json`, how a run ended. */
export type RunSummary = z.infer<typeof summarySchema>;

/** How far a run has come that is used before it is finished, and what is used of it. */
export const unfinishedSchema = z.object({
  /** Epochs that are done, of `epochs`. */
  epoch: count,
  epochs: count,
  /** Batches that are done in all. */
  step: count,
  /** The epoch whose parameters are used, the best so far by validation; 0 for the linear probe, null for those of the last checkpoint. */
  best_epoch: count.nullable(),
});

export type UnfinishedRun = z.infer<typeof unfinishedSchema>;

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
