import { z } from 'zod';
import { Operation } from '../../run/operations/operation.js';
import { deviceOptions } from '../../run/options/device-options.js';
import { optionRegistry } from '../../run/options/option.js';

export const reportOptionsSchema = z.strictObject({
  runs: z.array(z.string().min(1)).min(1).register(optionRegistry, {
    description: 'Folders of experiments and of runs, in any number.',
    group: 'Input and output',
    value: 'run',
  }),
  data: z.string().min(1).optional().register(optionRegistry, {
    description:
      "Where the images are now, if they were moved: the folder of a dataset, or one that has datasets' folders by their names. They are found by their contents.",
    group: 'Input and output',
    value: 'dir',
    otherwise: 'where they were when the runs began',
  }),
  to: z.string().min(1).optional().register(optionRegistry, {
    description: 'Folder to write; it must be new, empty, or that of an earlier report.',
    group: 'Input and output',
    value: 'dir',
    otherwise: 'report in the experiment; in the current folder for runs',
  }),
  baseline: z.string().min(1).optional().register(optionRegistry, {
    description: 'Method that the others are compared with, by its name in the tables.',
    group: 'Method',
    value: 'name',
    otherwise: 'plain fine-tuning, or the first method of an experiment without it',
  }),
  ...deviceOptions,
});

const reportResultSchema = z.object({
  /** The page that was written. */
  page: z.string(),
  /** The folder. */
  to: z.string(),
  /** Files of tables and figures, inside that folder. */
  files: z.array(z.string()),
  runs: z.number(),
  failed: z.number(),
  unfinished: z.number(),
  methods: z.array(z.string()),
  remarks: z.array(z.string()),
});

/** What `report` gives: the files that were written, and remarks. */
export type Report = z.infer<typeof reportResultSchema>;

/** Writes tables and figures of the runs of an experiment, or of any runs. */
export const report = new Operation({
  name: 'report',
  request: reportOptionsSchema,
  result: reportResultSchema,
  perform: async (options, host) => (await import('./report.js')).makeReport(options, host),
});
