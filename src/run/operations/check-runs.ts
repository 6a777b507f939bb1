import { z } from 'zod';
import { failureSchema } from '../failure.js';
import { presetNames } from '../options/preset.js';
import { Operation } from './operation.js';

const count = z.int().min(0);

const checkedRunSchema = z.discriminatedUnion('status', [
  /** `error` is anything that keeps the run from being trained. */
  z.object({ status: z.literal('refused'), error: failureSchema }),
  z.object({
    status: z.literal('ready'),
    /** What has no effect, or hardly what its name says, in sentences. */
    remarks: z.array(z.string()),
    /** What the preset gives, without what was given. */
    preset: z.record(z.string(), z.unknown()),
    train: count,
    val: count,
    test: count,
    /** Whether test images are cut from the training images, by the seed. */
    cutsTest: z.boolean(),
    /** Classes of which the fraction is less than half an image; they have one. */
    least: z.array(z.string()),
    /** Of the images of all splits. */
    fingerprint: z.string(),
    /** Of a step, by an estimate. */
    step_bytes: z.number(),
    /** That there can be; null for a graphics card. */
    memory_bytes: z.number().nullable(),
  }),
]);

export type CheckedRun = z.infer<typeof checkedRunSchema>;

export const checkRunsSchema = z.strictObject({
  preset: z.enum(presetNames),
  /** Folder for the lists of images. */
  splits: z.string().min(1),
  runs: z
    .array(
      z.strictObject({
        /** Options of `train`, as they were given. */
        given: z.record(z.string(), z.unknown()),
        /** What the lists of its images are called. */
        dataset: z.string().min(1),
      }),
    )
    .min(1),
});

/** Finds what is wrong with runs before the first of them is trained, and lists their images. */
export const checkRuns = new Operation({
  name: 'check-runs',
  request: checkRunsSchema,
  result: z.array(checkedRunSchema),
  perform: async (options, host) => (await import('../prepare/check-runs.js')).checkAll(options, host),
});
