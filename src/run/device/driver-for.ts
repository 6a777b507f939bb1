import type { Device } from '../../graph/device.js';
import type { Driver } from '../../runtime/driver.js';

/** The driver that reaches a device from Node. */
export async function driverFor(device: Device): Promise<Driver> {
  return device === 'wasm'
    ? (await import('../../runtime/web.js')).webDriver
    : (await import('../../runtime/node.js')).nodeDriver;
}
