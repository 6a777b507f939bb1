import { z } from 'zod';
import { devices } from '../../graph/device.js';
import { optionRegistry } from './option.js';

/** Options of every operation that computes. */
export const deviceOptions = {
  device: z.enum(devices).default('cpu').register(optionRegistry, {
    description: 'Device that computes; `adarand doctor` shows which ones work on this machine.',
    group: 'Run',
    value: 'name',
  }),
  threads: z.number().int().min(1).max(1024).optional().register(optionRegistry, {
    description: 'CPU threads that compute. With another number, results differ in their last digits.',
    group: 'Run',
    value: 'n',
    otherwise: 'one per core',
  }),
};
