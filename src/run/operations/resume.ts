import { z } from 'zod';
import { summarySchema } from '../folder/record.js';
import { optionRegistry } from '../options/option.js';
import { Operation } from './operation.js';

export const resumeOptionsSchema = z.strictObject({
  run: z.string().min(1).register(optionRegistry, {
    description: 'Folder of a run that was stopped or killed.',
    group: 'Input and output',
    value: 'run',
  }),
});

/** Continues a run that was stopped or killed. */
export const resume = new Operation({
  module: import.meta.url,
  request: resumeOptionsSchema,
  result: summarySchema,
  perform: async ({ run }, host) => (await import('../train/train-run.js')).resumeRun(run, host),
});
