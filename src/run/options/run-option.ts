import { z } from 'zod';
import { optionRegistry } from './option.js';

/** The run that an operation uses. */
export const runOption = {
  run: z.string().min(1).register(optionRegistry, {
    description: 'Folder of a run; of one that is not finished, the best epoch so far is used.',
    group: 'Input and output',
    value: 'run',
  }),
};
