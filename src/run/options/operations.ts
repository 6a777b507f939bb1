import { z } from 'zod';
import { devices } from '../../graph/device.js';

/** What can be asked of a finished run: options and results, without the code that does the work. */

const deviceOptions = {
  device: z.enum(devices).default('cpu'),
  /** All cores unless given. */
  threads: z.number().int().min(1).optional(),
};

export const evaluateOptionsSchema = z.strictObject({
  run: z.string().min(1),
  data: z.string().min(1),
  split: z
    .enum(['train', 'val', 'test', 'all'])
    .optional()
    .describe('test where DATA has one or is what the run was trained on; else all'),
  ...deviceOptions,
});

export type EvaluateOptions = z.input<typeof evaluateOptionsSchema>;

export const evaluationReportSchema = z.object({
  run: z.string(),
  data: z.string(),
  split: z.string(),
  images: z.number(),
  /** 0 to 1. */
  accuracy: z.number(),
  /** Half the width of the 95 % interval, at its widest. */
  half_width: z.number(),
  /** Mean over classes of the accuracy on each class's images. */
  balanced_accuracy: z.number(),
  /** Mean cross-entropy, nats. */
  loss: z.number(),
  classes: z.array(z.object({ name: z.string(), images: z.number(), accuracy: z.number() })),
  /** The most frequent mistakes. */
  confusions: z.array(z.object({ truth: z.string(), predicted: z.string(), images: z.number() })),
});

export type EvaluationReport = z.infer<typeof evaluationReportSchema>;

export const predictOptionsSchema = z.strictObject({
  run: z.string().min(1),
  images: z.array(z.string().min(1)).min(1),
  /** Classes to name for each image. */
  top: z.number().int().min(1).default(5),
  ...deviceOptions,
});

export type PredictOptions = z.input<typeof predictOptionsSchema>;

export const predictionSchema = z.object({
  image: z.string(),
  /** The likeliest classes, in order; probabilities are the softmax's. */
  classes: z.array(z.object({ name: z.string(), probability: z.number() })),
});

export type ImagePrediction = z.infer<typeof predictionSchema>;

export const exportOptionsSchema = z.strictObject({
  run: z.string().min(1),
  /** A folder that does not exist, or is empty. */
  to: z.string().min(1),
});

export type ExportOptions = z.input<typeof exportOptionsSchema>;

export const exportReportSchema = z.object({ run: z.string(), folder: z.string() });

export type ExportReport = z.infer<typeof exportReportSchema>;

export const probeOptionsSchema = z.object({ device: z.enum(devices) });

export type ProbeOptions = z.infer<typeof probeOptionsSchema>;

export const probeReportSchema = z.object({
  /** The binding that reached the device. */
  driver: z.string(),
  /** From nothing to the first result. */
  milliseconds: z.number(),
});

export type ProbeReport = z.infer<typeof probeReportSchema>;
