import { z } from 'zod';
import { optionRegistry } from '../options/option.js';
import { runOption } from '../options/run-option.js';
import { Operation } from './operation.js';

export const exportOptionsSchema = z.strictObject({
  ...runOption,
  to: z.string().min(1).register(optionRegistry, {
    description: 'Folder to write; it must be empty, or not exist yet.',
    group: 'Input and output',
    value: 'dir',
  }),
});

export const exportReportSchema = z.object({ run: z.string(), folder: z.string() });

export type ExportReport = z.infer<typeof exportReportSchema>;

/** Writes a finished run's classifier as a folder that transformers.js loads. */
export const exportRun = new Operation({
  module: import.meta.url,
  request: exportOptionsSchema,
  result: exportReportSchema,
  perform: async (options) => (await import('../use/export-run.js')).exportRun(options),
});
