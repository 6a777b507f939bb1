import { z } from 'zod';
import { deviceOptions } from '../options/device-options.js';
import { optionRegistry } from '../options/option.js';
import { runOption } from '../options/run-option.js';
import { Operation } from './operation.js';

export const predictOptionsSchema = z.strictObject({
  ...runOption,
  images: z.array(z.string().min(1)).min(1).register(optionRegistry, {
    description: 'Image files to classify.',
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

export const predictionSchema = z.object({
  image: z.string(),
  /** The likeliest classes, in order; probabilities are the softmax's. */
  classes: z.array(z.object({ name: z.string(), probability: z.number() })),
});

export type ImagePrediction = z.infer<typeof predictionSchema>;

/** Classes of image files, with probabilities, in the order of the files. */
export const predict = new Operation({
  module: import.meta.url,
  request: predictOptionsSchema,
  result: z.array(predictionSchema),
  perform: async (options, host) => (await import('../use/predict-run.js')).predictRun(options, host),
});
