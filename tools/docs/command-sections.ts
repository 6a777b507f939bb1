import type { z } from 'zod';
import { experimentSchema } from '../../src/experiments/compare/options/experiment.js';
import { reportOptionsSchema } from '../../src/experiments/report/operation.js';
import { evaluateOptionsSchema } from '../../src/run/operations/evaluate.js';
import { exportOptionsSchema } from '../../src/run/operations/export-run.js';
import { inspectOptionsSchema } from '../../src/run/operations/inspect.js';
import { lookOptionsSchema } from '../../src/run/operations/look.js';
import { predictOptionsSchema } from '../../src/run/operations/predict.js';
import { trainOptionsSchema } from '../../src/run/options/train-options.js';
import { resumeTuneOptionsSchema, tuneOptionsSchema } from '../../src/run/options/tune-options.js';

/** How docs/options.md shows a command. */
export interface CommandSection {
  /** What is typed after `adarand`. */
  readonly typed: string;
  /** The library's function of the same work, and the names of the options that it takes. */
  readonly library?: { readonly name: string; readonly takes: ReadonlySet<string> };
  /** For one that trains many runs: what the options of `train` are then. */
  readonly runs?: string;
}

const names = (...schemas: readonly z.ZodObject[]): ReadonlySet<string> =>
  new Set(schemas.flatMap((schema) => Object.keys(schema.shape)));

/** By the names of the commands. */
export const commandSections: Readonly<Record<string, CommandSection>> = {
  train: {
    typed: 'train DATA --model MODEL',
    library: { name: 'train', takes: names(trainOptionsSchema) },
  },
  tune: {
    typed: 'tune DATA --model MODEL',
    library: { name: 'tune', takes: names(tuneOptionsSchema, resumeTuneOptionsSchema) },
    runs: 'Options of training hold for every trial, and what they give is not searched.',
  },
  compare: {
    typed: 'compare DATA --model MODEL',
    library: {
      name: 'compare',
      takes: new Set([...names(experimentSchema), 'resume', 'retry']),
    },
    runs:
      'Options of training hold for every run. In a program and in a YAML file ([compare.md](compare.md)), lists are ' +
      'arrays.',
  },
  watch: { typed: 'watch RUN' },
  look: { typed: 'look RUN', library: { name: 'look', takes: names(lookOptionsSchema) } },
  report: { typed: 'report RUN', library: { name: 'report', takes: names(reportOptionsSchema) } },
  eval: { typed: 'eval RUN DATA', library: { name: 'evaluate', takes: names(evaluateOptionsSchema) } },
  predict: {
    typed: 'predict RUN IMAGE...',
    library: { name: 'predict', takes: names(predictOptionsSchema) },
  },
  export: {
    typed: 'export RUN --to DIR',
    library: { name: 'exportRun', takes: names(exportOptionsSchema) },
  },
  serve: { typed: 'serve DIR' },
  inspect: { typed: 'inspect MODEL', library: { name: 'inspect', takes: names(inspectOptionsSchema) } },
  methods: { typed: 'methods NAME' },
  models: { typed: 'models' },
  doctor: { typed: 'doctor' },
};
