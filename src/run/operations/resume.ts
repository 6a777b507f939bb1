import { z } from 'zod';
import { summarySchema } from '../folder/record.js';
import { optionRegistry } from '../options/option.js';
import { Operation } from './operation.js';

const count = z.number().int().min(1);

export const resumeOptionsSchema = z.strictObject({
  run: z.string().min(1).register(optionRegistry, {
    description: 'Folder of a run that was stopped or killed, or that is to be trained on.',
    group: 'Input and output',
    value: 'run',
    flag: 'resume',
  }),
  data: z.string().min(1).optional().register(optionRegistry, {
    description: "Folder that has the run's images, where it was moved; they are compared by content.",
    group: 'Input and output',
    value: 'folder',
    otherwise: 'as the run has it',
  }),
  epochs: count.optional().register(optionRegistry, {
    description: 'Passes over the training images in all; the schedule is then that of this number.',
    group: 'Training',
    value: 'n',
    otherwise: 'as the run has it',
  }),
  patience: count.optional().register(optionRegistry, {
    description: 'Epochs without a better validation after which training stops, counted from the best one.',
    group: 'Training',
    value: 'n',
    otherwise: 'as the run has it',
  }),
  microBatch: count.optional().register(optionRegistry, {
    description:
      'Images computed at a time, from here on, where a batch does not fit into memory: a divisor of the batch size. ' +
      "Updates are as before; BatchNorm's statistics and the method's losses are of so many images.",
    group: 'Training',
    value: 'n',
    otherwise: 'as the run has it',
  }),
});

/** Continues a run that was stopped or killed, and one that has ended with more epochs or patience; where memory ran out, with fewer images at a time. */
export const resume = new Operation({
  name: 'resume',
  request: resumeOptionsSchema,
  result: summarySchema,
  perform: async (options, host) => (await import('../train/train-run.js')).resumeRun(options, host),
});
