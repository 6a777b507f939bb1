import { z } from 'zod';
import { devices } from '../../src/graph/device.js';

/** Of one kind of step, of one contestant: either how it went or why it did not. */
export const stepResultSchema = z.strictObject({
  backbone: z.string(),
  batch: z.number(),
  contestant: z.string(),
  /** Median and quartiles of milliseconds a step. */
  milliseconds: z.tuple([z.number(), z.number(), z.number()]).optional(),
  /** From an empty process to the end of the first step: on a GPU, compiled kernels included. */
  startSeconds: z.number().optional(),
  /** Of the device's memory, in use; undefined where nothing tells. */
  deviceBytes: z.number().optional(),
  /** Of the losses of as many steps as are compared, to the CPU's: the largest difference, over the CPU's loss. */
  lossError: z.number().optional(),
  failed: z.string().optional(),
});

export type StepResult = z.infer<typeof stepResultSchema>;

/** A whole fine-tuning of real photographs. */
export const jobResultSchema = z.strictObject({
  contestant: z.string(),
  seconds: z.number().optional(),
  accuracy: z.number().optional(),
  failed: z.string().optional(),
});

export type JobResult = z.infer<typeof jobResultSchema>;

export const checkResultSchema = z.strictObject({
  date: z.string(),
  machine: z.string(),
  /** What `nvidia-smi` says: card, driver, memory. */
  cards: z.array(z.string()),
  versions: z.record(z.string(), z.string()),
  doctor: z.string(),
  devices: z.array(z.enum(devices)),
  steps: z.array(stepResultSchema),
  jobs: z.array(jobResultSchema),
  /** Whether a fine-tuning that was killed and resumed ended as one that was not, and in what it differs. */
  resumed: z.array(z.strictObject({ device: z.enum(devices), same: z.boolean(), told: z.string() })),
  seconds: z.number(),
});

export type CheckResult = z.infer<typeof checkResultSchema>;
