import type { z } from 'zod';
import type { Operation, OperationName } from '../run/operations/operation.js';

/** The operations by their names. Each is loaded when it is asked for. */
export const operations: Readonly<Record<OperationName, () => Promise<Operation<z.ZodObject, unknown>>>> = {
  train: async () => (await import('../run/operations/train.js')).train,
  resume: async () => (await import('../run/operations/resume.js')).resume,
  evaluate: async () => (await import('../run/operations/evaluate.js')).evaluate,
  predict: async () => (await import('../run/operations/predict.js')).predict,
  export: async () => (await import('../run/operations/export-run.js')).exportRun,
  look: async () => (await import('../run/operations/look.js')).look,
  inspect: async () => (await import('../run/operations/inspect.js')).inspect,
  'measure-features': async () => (await import('../run/operations/measure-features.js')).measureFeatures,
  'check-runs': async () => (await import('../run/operations/check-runs.js')).checkRuns,
  'measure-run': async () => (await import('../run/operations/measure-run.js')).measureRun,
  report: async () => (await import('../experiments/report/operation.js')).report,
  'check-device': async () => (await import('../run/operations/check-device.js')).checkDevice,
  'find-cuda': async () => (await import('../run/operations/find-cuda.js')).findCuda,
  'measure-speed': async () => (await import('../run/operations/measure-speed.js')).measureSpeed,
};
