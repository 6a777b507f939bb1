import { z } from 'zod';
import { failureSchema } from '../failure.js';
import { deviceOptions } from '../options/device-options.js';
import { optionRegistry } from '../options/option.js';
import { runOption } from '../options/run-option.js';
import { ttaOption } from '../options/tta-option.js';
import { Operation } from './operation.js';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** An image to classify. */
const imageSchema = z.union([z.string().min(1), bytes, z.strictObject({ name: z.string().min(1), bytes })], {
  error: 'must be a path, the bytes of an image file (a Uint8Array), or { name, bytes }',
});

export type GivenImage = z.infer<typeof imageSchema>;

export const predictOptionsSchema = z.strictObject({
  ...runOption,
  images: z
    .array(imageSchema)
    .min(1)
    .register(optionRegistry, {
      description:
        'Image files to classify, or folders: all images in them, sorted. The bytes of an image file may also come from ' +
        'the standard input (-), or from a program.',
      group: 'Input and output',
      value: 'image',
    }),
  top: z.number().int().min(1).default(5).register(optionRegistry, {
    description: 'Classes to name for each image, the likeliest first.',
    group: 'Input and output',
    value: 'n',
  }),
  ...ttaOption(''),
  ...deviceOptions,
});

const predictionSchema = z.union([
  z.object({
    /** The path; of bytes their name, or their place among the given images: `images[2]`. */
    image: z.string(),
    /** The likeliest classes, in order; probabilities are the softmax's. */
    classes: z.array(z.object({ name: z.string(), probability: z.number() })),
    error: z.undefined().optional(),
  }),
  /** One that could not be classified, and why; the others are. */
  z.object({
    image: z.string(),
    error: failureSchema,
    classes: z.undefined().optional(),
  }),
]);

/** What `predict` gives for an image: its likeliest classes, or why it has none. */
export type ImagePrediction = z.infer<typeof predictionSchema>;

/** Classes of images, with probabilities, in their order; an `error` in place of those that have none. */
export const predict = new Operation({
  name: 'predict',
  request: predictOptionsSchema,
  result: z.array(predictionSchema),
  perform: async (options, host) => (await import('../use/predict-run.js')).predictRun(options, host),
});
