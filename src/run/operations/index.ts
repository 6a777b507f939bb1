import type { z } from 'zod';
import type { Operation, OperationName } from './operation.js';

/** The operations by their names. Each is loaded when it is asked for. */
export const operations: Readonly<Record<OperationName, () => Promise<Operation<z.ZodObject, unknown>>>> = {
  train: async () => (await import('./train.js')).train,
  resume: async () => (await import('./resume.js')).resume,
  evaluate: async () => (await import('./evaluate.js')).evaluate,
  predict: async () => (await import('./predict.js')).predict,
  export: async () => (await import('./export-run.js')).exportRun,
  look: async () => (await import('./look.js')).look,
  inspect: async () => (await import('./inspect.js')).inspect,
  'check-device': async () => (await import('./check-device.js')).checkDevice,
  'measure-speed': async () => (await import('./measure-speed.js')).measureSpeed,
};
