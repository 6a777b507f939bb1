import { summarySchema } from '../folder/record.js';
import { trainOptionsSchema } from '../options/train-options.js';
import { Operation } from './operation.js';

/** Fine-tunes a network and writes a run folder. */
export const train = new Operation({
  name: 'train',
  request: trainOptionsSchema,
  result: summarySchema,
  perform: async (options, host) => (await import('../train/train-run.js')).trainRun(options, host),
});
