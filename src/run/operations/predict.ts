import { z } from 'zod';
import { deviceOptions } from '../options/device-options.js';
import { optionRegistry } from '../options/option.js';
import { runOption } from '../options/run-option.js';
import { Operation } from './operation.js';

export const predictOptionsSchema = z.strictObject({
  ...runOption,
  images: z.array(z.string().min(1)).min(1).register(optionRegistry, {
    description: 'Image files to classify, or folders: all images in them, sorted.',
    group: 'Input and output',
    value: 'image',
  }),
  top: z.number().int().min(1).default(5).register(optionRegistry, {
    description: 'Classes to name for each image, the likeliest first.',
    group: 'Input and output',
    value: 'n',
  }),
  ...deviceOptions,
});

export const predictionSchema = z.union([
  z.object({
    image: z.string(),
    /** The likeliest classes, in order; probabilities are the softmax's. */
    classes: z.array(z.object({ name: z.string(), probability: z.number() })),
    error: z.undefined().optional(),
  }),
  /** One that could not be classified, and why; the others are. */
  z.object({
    image: z.string(),
    error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
    classes: z.undefined().optional(),
  }),
]);

export type ImagePrediction = z.infer<typeof predictionSchema>;

/** Classes of image files, with probabilities, in the order of the files; an `error` in place of those that have none. */
export const predict = new Operation({
  module: import.meta.url,
  request: predictOptionsSchema,
  result: z.array(predictionSchema),
  perform: async (options, host) => (await import('../use/predict-run.js')).predictRun(options, host),
});
