import { z } from 'zod';
import { type RunSummary, summarySchema } from '../run/folder/record.js';
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
} from '../run/options/operations.js';
import type { TrainOptions } from '../run/options/train-options.js';

/** What each call is asked with; the operation itself validates it. */
export interface ProcessRequests {
  readonly train: TrainOptions;
  readonly resume: { readonly run: string };
  readonly evaluate: EvaluateOptions;
  readonly predict: PredictOptions;
  readonly export: ExportOptions;
  readonly probe: ProbeOptions;
}

export interface ProcessResults {
  readonly train: RunSummary;
  readonly resume: RunSummary;
  readonly evaluate: EvaluationReport;
  readonly predict: readonly ImagePrediction[];
  readonly export: ExportReport;
  readonly probe: ProbeReport;
}

export type CallName = keyof ProcessRequests;

/** Results arrive from another process; these give them their types back. */
export const resultSchemas: { readonly [Name in CallName]: z.ZodType<ProcessResults[Name]> } = {
  train: summarySchema,
  resume: summarySchema,
  evaluate: evaluationReportSchema,
  predict: z.array(predictionSchema),
  export: exportReportSchema,
  probe: probeReportSchema,
};
