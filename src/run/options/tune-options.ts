import { z } from 'zod';
import { optionRegistry } from './option.js';
import { trainOptionsSchema } from './train-options.js';

const { data, model, method: _, valFold: __, maxSteps: ___, out: ____, ...others } = trainOptionsSchema.shape;

/** A search: what it may cost, what is searched, and the options that all trials have. */
export const tuneOptionsSchema = z.strictObject({
  data,
  model,
  minutes: z.number().positive().optional().register(optionRegistry, {
    description:
      'Minutes that the whole search may take, the final run included. The first trial measures what this machine does in them.',
    group: 'Search',
    value: 'n',
    otherwise: '20, unless --trials is given',
  }),
  trials: z.number().int().min(1).optional().register(optionRegistry, {
    description: 'Configurations of each method to try, instead of a time.',
    group: 'Search',
    value: 'n',
    otherwise: 'as many as there is time for',
  }),
  methods: z.string().min(1).default('adarand').register(optionRegistry, {
    description: 'Methods to choose from; each gets the same configurations and the same budget.',
    group: 'Search',
    value: 'names',
    joinedBy: ',',
  }),
  folds: z.number().int().min(1).max(10).optional().register(optionRegistry, {
    description:
      'How many cuts of the validation images the configurations of the last stage are compared on, where DATA has no val/.',
    group: 'Search',
    value: 'n',
    otherwise: 'so many that together they have 200 images, at most 5',
  }),
  out: z.string().min(1).optional().register(optionRegistry, {
    description: 'Folder that the search is written to; it must be empty, or not exist yet.',
    group: 'Input and output',
    value: 'dir',
    otherwise: 'runs/DATA-MODEL-tune-N',
  }),
  ...others,
});

export type TuneRequest = z.output<typeof tuneOptionsSchema>;

/** Names, in the order in which they were given. */
export function methodsOf({ methods }: Pick<TuneRequest, 'methods'>): string[] {
  return [...new Set(methods.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}
