import { z } from 'zod';
import { presetNames } from '../../run/options/preset.js';
import { isOwnOptions, isSharedOptions, type OwnOptions, type SharedOptions } from './options/shared.js';

const name = z.string().min(1);
const count = z.int().min(0);

/** Something on disk or of the hub, by its path, and what the experiment calls it. */
const namedSchema = z.object({ name, path: name });

const comparedMethodSchema = z.object({
  /** What tables call it. */
  label: name,
  name,
  /** Its own options, as they were given. */
  options: z.record(z.string(), z.unknown()),
  /** SHA-256 of the files that it comes from; null for one that is built in. */
  file: z.string().nullable(),
  /** Options of `train` that it has by itself. */
  train: z.custom<OwnOptions>(isOwnOptions),
});

export type ComparedMethod = z.infer<typeof comparedMethodSchema>;

/** An experiment with nothing left open but what a run decides: whatever wrote it, it is the same. */
export const requestSchema = z.object({
  data: z.array(namedSchema).min(1),
  models: z.array(namedSchema).min(1),
  methods: z.array(comparedMethodSchema).min(1),
  /** From 0 to 1. */
  fractions: z.array(z.number().gt(0).max(1)).min(1),
  seeds: z.array(count).min(1),
  preset: z.enum(presetNames),
  keepWeights: z.boolean(),
  /** Configurations of each method to choose from by validation; null for none. */
  search: z.int().min(2).nullable().default(null),
  /** Options of `train` that all runs have; a preset and its defaults give the others. */
  options: z.custom<SharedOptions>(isSharedOptions),
});

export type CompareRequest = z.infer<typeof requestSchema>;
