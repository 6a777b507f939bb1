import { z } from 'zod';
import { count } from './numbers.js';
import { optionRegistry } from './option.js';
import { DEFAULT_EPOCHS, trainOptionsSchema } from './train-options.js';

/** Options of `train` that a search decides for its trials, and those that look closer at one run than it looks at them. */
const decided = {
  method: true,
  valFold: true,
  maxSteps: true,
  chooseBy: true,
  out: true,
  diagnostics: true,
  keepFeatures: true,
} as const;

export const decidedOptions: readonly string[] = Object.keys(decided);

/** What a search may cost, and what is searched. */
export const ownTuneOptionsSchema = z.strictObject({
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
});

/** A search that goes on: where it is, and what it may take in place of what it was given before. */
export const resumeTuneOptionsSchema = z.strictObject({
  resume: z.string().min(1),
  minutes: ownTuneOptionsSchema.shape.minutes,
  trials: ownTuneOptionsSchema.shape.trials,
});

const { data, model, ...others } = trainOptionsSchema.omit({ ...decided, minutes: true, epochs: true }).shape;

/** What is searched unless it is given, though `train` has a fixed default. */
const searched = {
  epochs: count.optional().register(optionRegistry, {
    description: 'Passes over the training images, of the final run and of the last stage of the search.',
    group: 'Training',
    value: 'n',
    otherwise: `searched: ${DEFAULT_EPOCHS}, a half or a quarter of that`,
  }),
  labelSmoothing: others.labelSmoothing.unwrap().optional().register(optionRegistry, {
    description: "Share of each image's label that is spread over all classes.",
    group: 'Training',
    value: 'x',
    otherwise: 'searched: 0 or 0.1',
  }),
};

/** `train` chooses the best epoch by what --choose-by says, a search always by accuracy. */
const patience = count.optional().register(optionRegistry, {
  description: 'Epochs without a better validation accuracy after which a run stops.',
  group: 'Training',
  value: 'n',
  otherwise: 'training does not stop early',
});

/** A search: its own options, and those that all trials have. */
export const tuneOptionsSchema = z.strictObject({
  data,
  model,
  ...ownTuneOptionsSchema.shape,
  ...others,
  ...searched,
  patience,
});

export type TuneRequest = z.output<typeof tuneOptionsSchema>;

/** The options that all trials have. */
export function sharedOptions({ minutes, trials, methods, folds, out, ...shared }: TuneRequest) {
  return shared;
}

/** Of the longest runs. */
export const allEpochs = ({ epochs = DEFAULT_EPOCHS }: Pick<TuneRequest, 'epochs'>): number => epochs;

/** Names, in the order in which they were given. */
export function methodsOf({ methods }: Pick<TuneRequest, 'methods'>): string[] {
  return [...new Set(methods.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}
