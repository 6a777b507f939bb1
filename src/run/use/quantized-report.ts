import { z } from 'zod';

/** Where transformers.js looks for it, with `dtype: 'q8'`. */
export const QUANTIZED_FILE = 'onnx/model_quantized.onnx';

const share = z.number().min(0).max(1);
const interval = z.tuple([share, share]);

/** What an 8-bit file is, and how its answers differ from those of the float one. */
export const quantizedSchema = z.object({
  /** Its size. */
  bytes: z.number(),
  /** Training images that ranges were measured on. */
  measured_on: z.number(),
  /** Images that the two were compared on: the validation images, or where there are none, those of `measured_on`. */
  split: z.enum(['val', 'train']),
  images: z.number(),
  /** 0 to 1, with its 95 % interval (Wilson). */
  accuracy: share,
  interval,
  /** The same of the float file. */
  float_accuracy: share,
  float_interval: interval,
  /** For how many of the images the two say the same class, 0 to 1. */
  agreement: share,
  /** The class that lost most of its images: how many fewer are right. Null if none lost any. */
  largest_drop: z.object({ name: z.string(), images: z.number(), lost: z.number() }).nullable(),
  /** Whether the accuracy is lower by more than 2 points, and lower than the float file's interval. */
  worse: z.boolean(),
});

export type QuantizedReport = z.infer<typeof quantizedSchema>;
