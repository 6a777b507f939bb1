import { z } from 'zod';
import { deviceOptions } from '../options/device-options.js';
import { optionRegistry } from '../options/option.js';
import { runOption } from '../options/run-option.js';
import { Operation } from './operation.js';

export const evaluateOptionsSchema = z.strictObject({
  ...runOption,
  data: z.string().min(1).register(optionRegistry, {
    description:
      'Folder of labelled images, laid out as for training; it may lack some of the classes, and splits.',
    group: 'Input and output',
    value: 'dir',
  }),
  split: z.enum(['train', 'val', 'test', 'all']).optional().register(optionRegistry, {
    description: 'Part of the images to evaluate.',
    group: 'Images',
    value: 'name',
    otherwise: 'test if DATA has test/ or is what the run was trained on, else all',
  }),
  ...deviceOptions,
});

export const evaluationReportSchema = z.object({
  run: z.string(),
  data: z.string(),
  split: z.string(),
  images: z.number(),
  /** 0 to 1. */
  accuracy: z.number(),
  /** 95 % interval of the accuracy (Wilson): its lower and its upper end. */
  interval: z.tuple([z.number(), z.number()]),
  /** Mean over classes of the accuracy on each class's images. */
  balanced_accuracy: z.number(),
  /** Mean cross-entropy, nats. */
  loss: z.number(),
  classes: z.array(z.object({ name: z.string(), images: z.number(), accuracy: z.number() })),
  /** The most frequent mistakes. */
  confusions: z.array(z.object({ truth: z.string(), predicted: z.string(), images: z.number() })),
});

export type EvaluationReport = z.infer<typeof evaluationReportSchema>;

/** Accuracy of a finished run on labelled images. */
export const evaluate = new Operation({
  module: import.meta.url,
  request: evaluateOptionsSchema,
  result: evaluationReportSchema,
  perform: async (options, host) => (await import('../use/evaluate-run.js')).evaluateRun(options, host),
});
