import { z } from 'zod';
import { Operation } from './operation.js';

const speedSchema = z.object({
  /** Of a product of two matrices of 1024 x 1024, all threads. */
  gflops: z.number().positive(),
});

export type Speed = z.infer<typeof speedSchema>;

/** How fast this machine's CPU is at what training mostly does. */
export const measureSpeed = new Operation({
  name: 'measure-speed',
  request: z.strictObject({}),
  result: speedSchema,
  perform: async () => (await import('../device/measure-speed.js')).measureSpeed(),
});
