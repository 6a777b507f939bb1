import { z } from 'zod';
import { deviceOptions } from '../options/device-options.js';
import { Operation } from './operation.js';

const deviceCheckSchema = z.object({
  /** The binding that reached the device. */
  driver: z.string(),
  /** From the start to the first result. */
  milliseconds: z.number(),
});

export type DeviceCheck = z.infer<typeof deviceCheckSchema>;

/** Whether a device works. */
export const checkDevice = new Operation({
  name: 'check-device',
  request: z.strictObject({ device: deviceOptions.device }),
  result: deviceCheckSchema,
  perform: async ({ device }) => (await import('../device/device-check.js')).deviceCheck(device),
});
