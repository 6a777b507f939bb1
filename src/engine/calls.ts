import { z } from 'zod';
import type { TrainOptions } from '../run/config.js';
import {
  type EvaluateOptions,
  type EvaluationReport,
  type ExportOptions,
  type ExportReport,
  evaluationReportSchema,
  exportReportSchema,
  type ImagePrediction,
  type PredictOptions,
  type ProbeOptions,
  type ProbeReport,
  predictionSchema,
  probeReportSchema,
} from '../run/operations.js';
import { type RunSummary, summarySchema } from '../run/record.js';

/** What each call is asked with; the operation itself validates it. */
export interface EngineRequests {
  readonly train: TrainOptions;
  readonly resume: { readonly run: string };
  readonly evaluate: EvaluateOptions;
  readonly predict: PredictOptions;
  readonly export: ExportOptions;
  readonly probe: ProbeOptions;
}

export interface EngineResults {
  readonly train: RunSummary;
  readonly resume: RunSummary;
  readonly evaluate: EvaluationReport;
  readonly predict: readonly ImagePrediction[];
  readonly export: ExportReport;
  readonly probe: ProbeReport;
}

export type CallName = keyof EngineRequests;

/** Results arrive from another process; these give them their types back. */
export const resultSchemas: { readonly [Name in CallName]: z.ZodType<EngineResults[Name]> } = {
  train: summarySchema,
  resume: summarySchema,
  evaluate: evaluationReportSchema,
  predict: z.array(predictionSchema),
  export: exportReportSchema,
  probe: probeReportSchema,
};
