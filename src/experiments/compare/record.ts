import { z } from 'zod';
import { failureSchema } from '../../run/failure.js';
import { requestSchema } from './request.js';

const share = z.number().gt(0).max(1);
const count = z.int().min(0);

/** What is compared: runs that differ in the method alone have the same images, order, crops and head. */
export const placeSchema = z.object({
  /** Name of the dataset. */
  dataset: z.string(),
  /** Name of the network. */
  model: z.string(),
  /** Label of the method, with the options in which it differs from others: `randreg`, `randreg(prior=uniform)`. */
  method: z.string(),
  /** Share of the training images. */
  fraction: share,
  seed: count,
});

export type Place = z.infer<typeof placeSchema>;

const planned = {
  ...placeSchema.shape,
  /** Folder of the run, seen from that of the experiment. */
  run: z.string(),
};

/** A run of an experiment: an ordinary run folder, or what kept it from becoming one. */
export const experimentRunSchema = z.discriminatedUnion('status', [
  z.object({ ...planned, status: z.literal('planned') }),
  z.object({ ...planned, status: z.literal('finished'), seconds: z.number().min(0) }),
  z.object({ ...planned, status: z.literal('failed'), seconds: z.number().min(0), error: failureSchema }),
]);

export type ExperimentRun = z.infer<typeof experimentRunSchema>;

/** The images of a seed and a fraction: the same for every method. Their lists are in `splits/`. */
const splitSchema = z.object({
  dataset: z.string(),
  seed: count,
  fraction: share,
  train: count,
  val: count,
  test: count,
  fingerprint: z.string(),
});

/** What the preset gave to the runs of a method, whatever their seed. */
const presetSchema = z.object({
  ...placeSchema.omit({ seed: true }).shape,
  options: z.record(z.string(), z.unknown()),
});

const tried = {
  ...placeSchema.omit({ seed: true }).shape,
  configuration: count,
  /** Folder of the run, seen from that of the experiment. Its weights are deleted. */
  run: z.string(),
  seconds: z.number().min(0),
};

/** A configuration of a method that was tried on the first seed; 0 is what was given, or the defaults. */
const triedSchema = z.discriminatedUnion('status', [
  z.object({
    ...tried,
    status: z.literal('finished'),
    learning_rate: z.number().positive(),
    lambda: z.number().min(0),
    val_accuracy: z.number().min(0).max(1),
    val_balanced_accuracy: z.number().min(0).max(1).nullable(),
    val_loss: z.number(),
  }),
  z.object({
    ...tried,
    status: z.literal('failed'),
    error: failureSchema,
    /** Null where it failed before they were known. */
    learning_rate: z.number().positive().nullable(),
    lambda: z.number().min(0).nullable(),
  }),
]);

export type TriedConfiguration = z.infer<typeof triedSchema>;

/** The best configuration by validation, with the options that it stands for; all seeds have it. */
const chosenSchema = z.object({
  ...placeSchema.omit({ seed: true }).shape,
  configuration: count,
  options: z.record(z.string(), z.unknown()),
});

export type ChosenConfiguration = z.infer<typeof chosenSchema>;

/** `experiment.json`: what is asked for, and how far it has come. */
export const experimentRecordSchema = z.object({
  version: z.literal(1),
  request: requestSchema,
  /** Runs side by side that were asked for; null for as many as there is room for. Earlier versions did not record it. */
  parallel: z.int().min(1).nullable().default(null),
  /** In the order in which they are trained. */
  runs: z.array(experimentRunSchema).min(1),
  splits: z.array(splitSchema).default([]),
  presets: z.array(presetSchema).default([]),
  /** Of a search. */
  tried: z.array(triedSchema).default([]),
  /** Empty until all is tried. */
  chosen: z.array(chosenSchema).default([]),
  /** Spent so far. */
  seconds: z.number().min(0),
  /** Of these, on checks before the first run. Earlier versions did not record it. */
  check_seconds: z.number().min(0).default(0),
});

export type ExperimentRecord = z.infer<typeof experimentRecordSchema>;
