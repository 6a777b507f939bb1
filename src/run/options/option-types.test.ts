import { test } from 'node:test';
import type { z } from 'zod';
import type { evaluateOptionsSchema } from '../operations/evaluate.js';
import type { exportOptionsSchema } from '../operations/export-run.js';
import type { inspectOptionsSchema } from '../operations/inspect.js';
import type { measureFeaturesOptionsSchema } from '../operations/measure-features.js';
import type { predictOptionsSchema } from '../operations/predict.js';
import type { resumeOptionsSchema } from '../operations/resume.js';
import type {
  EvaluateOptions,
  ExportOptions,
  InspectOptions,
  MeasureFeaturesOptions,
  PredictOptions,
  ResumeOptions,
  TrainOptions,
  TuneOptions,
} from './options.gen.js';
import type { trainOptionsSchema } from './train-options.js';
import type { tuneOptionsSchema } from './tune-options.js';

/** True only for types that are the same, down to optional and read-only properties. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if all are true. */
function proven(..._: readonly true[]): void {}

test('the documented types of the options are those of their schemas', () => {
  const train: Same<TrainOptions, z.input<typeof trainOptionsSchema>> = true;
  const evaluate: Same<EvaluateOptions, z.input<typeof evaluateOptionsSchema>> = true;
  const predict: Same<PredictOptions, z.input<typeof predictOptionsSchema>> = true;
  const exported: Same<ExportOptions, z.input<typeof exportOptionsSchema>> = true;
  const measured: Same<MeasureFeaturesOptions, z.input<typeof measureFeaturesOptionsSchema>> = true;
  const resume: Same<ResumeOptions, z.input<typeof resumeOptionsSchema>> = true;
  const inspected: Same<InspectOptions, z.input<typeof inspectOptionsSchema>> = true;
  // It extends another type: the same in both directions.
  const tuned: Same<
    { [Key in keyof TuneOptions]: TuneOptions[Key] },
    z.input<typeof tuneOptionsSchema>
  > = true;
  proven(tuned, measured, resume, train, evaluate, predict, exported, inspected);
});
