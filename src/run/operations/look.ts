import { z } from 'zod';
import { deviceOptions } from '../options/device-options.js';
import { optionRegistry } from '../options/option.js';
import { runOption } from '../options/run-option.js';
import { Operation } from './operation.js';

export const lookOptionsSchema = z.strictObject({
  ...runOption,
  to: z.string().min(1).optional().register(optionRegistry, {
    description: 'HTML file to write.',
    group: 'Input and output',
    value: 'file',
    otherwise: 'look.html in the run',
  }),
  overwrite: z.boolean().default(false).register(optionRegistry, {
    description: 'Write over that file even if something else is in it than an earlier page.',
    group: 'Input and output',
  }),
  data: z.string().min(1).optional().register(optionRegistry, {
    description: 'Folder that has the images of the run.',
    group: 'Input and output',
    value: 'dir',
    otherwise: 'where they were when the run began',
  }),
  ...deviceOptions,
});

const share = z.number().min(0).max(1);

const accuracySchema = z.object({
  images: z.number(),
  accuracy: share,
  /** 95 % interval (Wilson): its lower and its upper end. */
  interval: z.tuple([share, share]),
});

const lookReportSchema = z.object({
  run: z.string(),
  /** The file that was written. */
  page: z.string(),
  bytes: z.number(),
  /** Parts of the page that are missing, and why. */
  missing: z.array(z.object({ part: z.string(), why: z.string() })),
  remarks: z.array(z.string()),
  /** What was measured now, on the images that are there; null where the classifier or all images are missing. */
  figures: z
    .object({
      /** The images that the page is about: of the test, or of the validation where the run was not tested. */
      split: z.enum(['test', 'val']),
      ...accuracySchema.shape,
      val: accuracySchema.nullable(),
      classes: z.array(
        z.object({
          name: z.string(),
          images: z.number(),
          /** Null where there are no images, or no such answers. */
          recall: share.nullable(),
          precision: share.nullable(),
          f1: share.nullable(),
        }),
      ),
      /** Expected calibration error, with 15 bins. */
      ece: share,
      /** Fitted to the validation images; null without any, or where none fits. */
      temperature: z.number().positive().nullable(),
      /** With that temperature. */
      ece_scaled: share.nullable(),
      /** Shares of the variance of the features that the plane's two axes have. */
      explained_variance: z.tuple([z.number(), z.number()]).nullable(),
      /** All mistakes, the most wrong first; neighbours of those that are shown. */
      mistakes: z.array(
        z.object({
          image: z.string(),
          truth: z.string(),
          predicted: z.string(),
          probability: share,
          truth_probability: share,
          neighbours: z.array(z.object({ image: z.string(), class: z.string(), similarity: z.number() })),
        }),
      ),
    })
    .nullable(),
});

/** What `look` gives: the page, what it lacks, and what was measured for it. */
export type LookReport = z.infer<typeof lookReportSchema>;

/** Writes a page about a run: its figures, curves, mistakes, and what was run. */
export const look = new Operation({
  name: 'look',
  request: lookOptionsSchema,
  result: lookReportSchema,
  perform: async (options, host) => (await import('../use/look/look-at-run.js')).lookAtRun(options, host),
});
