import { z } from 'zod';
import { optionRegistry } from '../../run/options/option.js';

export const watchOptionsSchema = z.strictObject({
  path: z.string().min(1).register(optionRegistry, {
    description: 'Folder of a run, of a search that `tune` made, or of an experiment.',
    group: 'Input and output',
    value: 'path',
  }),
  once: z.boolean().default(false).register(optionRegistry, {
    description: 'Print how far it has come, and end.',
    group: 'Input and output',
  }),
});
