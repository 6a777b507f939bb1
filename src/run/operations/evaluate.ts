import { z } from 'zod';
import { testTimeAugmentations } from '../../training/test-time-augmentation.js';
import { deviceOptions } from '../options/device-options.js';
import { optionRegistry } from '../options/option.js';
import { runOption } from '../options/run-option.js';
import { ttaOption } from '../options/tta-option.js';
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
    description:
      "Images to evaluate. test: those of DATA's test/, or of all of DATA if it has none, without images that the run was trained or validated on (by content). train, val: those of DATA's folder of that name, or if it has none, those that the run was trained or validated on.",
    group: 'Images',
    value: 'name',
    otherwise: 'test',
  }),
  predictions: z.string().min(1).optional().register(optionRegistry, {
    description:
      'New CSV file with a line per image: path, class, predicted class, probability of every class.',
    group: 'Input and output',
    value: 'file',
    otherwise: 'none is written',
  }),
  ...ttaOption(''),
  ...deviceOptions,
});

const evaluationReportSchema = z.object({
  run: z.string(),
  data: z.string(),
  split: z.enum(['train', 'val', 'test', 'all']),
  images: z.number(),
  /** Test-time augmentation. */
  tta: z.enum(testTimeAugmentations),
  /** 0 to 1. */
  accuracy: z.number(),
  /** 95 % interval of the accuracy (Wilson): its lower and its upper end. */
  interval: z.tuple([z.number(), z.number()]),
  /** Mean over classes of the accuracy on each class's images; over those that have images. */
  balanced_accuracy: z.number(),
  /** Mean cross-entropy, nats. */
  loss: z.number(),
  classes: z.array(z.object({ name: z.string(), images: z.number(), accuracy: z.number() })),
  /** Classes of the run that have no images here. */
  without_images: z.array(z.string()),
  /** All mistakes, the most frequent first. */
  confusions: z.array(z.object({ truth: z.string(), predicted: z.string(), images: z.number() })),
  /** Images that the run knows, by content. */
  overlap: z.object({
    /** That it was trained on, as source images too. */
    trained: z.number(),
    validated: z.number(),
    /** Whether those were left out of this evaluation. */
    left_out: z.boolean(),
    /** That are its test images: they are evaluated. */
    tested: z.number(),
    /** Near-equal to one that it was trained or validated on: they are evaluated. */
    near: z.array(z.object({ image: z.string(), known: z.string() })),
    /** That its training fraction left unused: they are evaluated. */
    unused: z.number(),
  }),
  /** Images of DATA outside of `split`. */
  others: z.number(),
});

/** What `evaluate` gives: accuracies, classes, mistakes, and images that the run knows. */
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;

/** Accuracy of a run on labelled images. */
export const evaluate = new Operation({
  name: 'evaluate',
  request: evaluateOptionsSchema,
  result: evaluationReportSchema,
  perform: async (options, host) => (await import('../use/evaluate-run.js')).evaluateRun(options, host),
});
