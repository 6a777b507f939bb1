import { z } from 'zod';
import { deviceOptions } from '../run/options/device-options.js';
import { optionRegistry } from '../run/options/option.js';

/** One word, long enough not to be guessed. */
export const TOKEN = /^[!-~]{16,}$/;
export const aToken = 'must be one word of at least 16 characters';

/** The options of `serve`. */
export const serveOptionsSchema = z.strictObject({
  folder: z.string().min(1).register(optionRegistry, {
    description: 'Folder of a run, or of an export; its page is served, if it has one, and its classifier.',
    group: 'Input and output',
    value: 'dir',
  }),
  port: z.int().min(0).max(65_535).default(8000).register(optionRegistry, {
    description: 'Port on this machine; 0 takes one that is free.',
    group: 'Input and output',
    value: 'n',
  }),
  host: z.string().min(1).default('localhost').register(optionRegistry, {
    description:
      'Address to be reached at; 0.0.0.0 is all of this machine. One that others reach needs a --token.',
    group: 'Input and output',
    value: 'address',
  }),
  token: z
    .string()
    .regex(TOKEN, aToken)
    .optional()
    .register(optionRegistry, {
      description:
        'What a request must have as Authorization: Bearer (in a browser: as password). Better given in ADARAND_TOKEN, ' +
        'because others on this machine see what is typed.',
      group: 'Input and output',
      value: 'word',
      otherwise: 'none is asked for',
    }),
  origin: z.string().min(1).optional().register(optionRegistry, {
    description: 'Web sites whose pages may ask for answers, such as https://flowers.example.',
    group: 'Input and output',
    value: 'sites',
    otherwise: 'none but the page that is served',
    joinedBy: ',',
  }),
  maxMegabytes: z.number().gt(0).max(256).default(25).register(optionRegistry, {
    description: 'Size of the largest image that is taken, in megabytes.',
    group: 'Input and output',
    value: 'n',
  }),
  ...deviceOptions,
});

export type ServeOptions = z.output<typeof serveOptionsSchema>;
