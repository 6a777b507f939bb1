import { z } from 'zod';
import { summarySchema } from '../../run/folder/record.js';
import { augmentationSchema } from '../../run/options/settings.js';
import { tuneOptionsSchema } from '../../run/options/tune-options.js';

const share = z.number().min(0).max(1);
const count = z.int().min(0);

/** What a configuration stands for. */
const chosen = {
  learning_rate: z.number().positive(),
  lambda: z.number().min(0),
  augment: augmentationSchema,
  label_smoothing: share,
};

/** A run of a search that has ended. */
const triedRunSchema = z.object({
  /** Its folder, seen from that of the search. Its weights are deleted. */
  run: z.string(),
  method: z.string(),
  /** Number of its configuration; 0 are the method's defaults. */
  configuration: count,
  ...chosen,
  epochs: count.min(1),
  /** From 0 on. */
  stage: count,
  fold: count,
  val_accuracy: share,
  val_loss: z.number(),
  val_images: count.min(1),
  /** Of the linear probe that it began with. */
  probe_val_accuracy: share.nullable(),
  best_epoch: count,
  seconds: z.number().min(0),
  seconds_per_epoch: z.number().min(0).nullable(),
});

export type TriedRun = z.infer<typeof triedRunSchema>;

/** A configuration that was trained for all epochs, on each fold. */
export const finalistSchema = z.object({
  method: z.string(),
  configuration: count,
  ...chosen,
  epochs: count.min(1),
  /** Mean over the folds. */
  val_accuracy: share,
  /** Standard deviation over the folds; null for a single one. */
  val_sd: z.number().min(0).nullable(),
});

const tuneReportSchema = z.object({
  path: z.string(),
  /** Configurations of each method. */
  configurations: count.min(1),
  runs: count,
  folds: count.min(1),
  /** Validation images, over all folds. */
  val_images: count,
  /** Best first. */
  finalists: z.array(finalistSchema).min(1),
  seconds: z.number().min(0),
  /** Of the best one, trained once more and tested. */
  best: summarySchema,
});

/** What `tune` gives: the best configurations, and the run of the best one. */
export type TuneReport = z.infer<typeof tuneReportSchema>;

/** `tune.json`: how far a search has come. */
export const tuneRecordSchema = z.object({
  version: z.literal(2),
  request: tuneOptionsSchema,
  /** Undefined until the first run has shown how many validation images there are. */
  folds: count.min(1).optional(),
  /** Spent so far. */
  seconds: z.number().min(0),
  tried: z.array(triedRunSchema),
  report: tuneReportSchema.optional(),
});

export type TuneRecord = z.infer<typeof tuneRecordSchema>;
