import { AdarandError } from '../../errors.js';
import type { Device } from '../../graph/device.js';
import type { Driver } from '../../runtime/driver.js';
import type { CompileOptions } from '../../runtime/program.js';
import type { ProbeReport } from '../options/operations.js';
import { checkDevice } from './check-device.js';

/**
 * How to compile for a device from Node. All but the CPU may be missing on this machine, so they are tried first.
 *
 * @throws AdarandError `device.unavailable`.
 */
export async function compileOptionsFor(
  device: Device,
  threads: number | undefined,
): Promise<CompileOptions> {
  const driver = await driverFor(device);
  if (device !== 'cpu') await tryDevice(driver, device);
  return threads === undefined ? { driver, device } : { driver, device, threads };
}

/** Whether a device computes. @throws AdarandError `device.unavailable`. */
export async function deviceCheck(device: Device): Promise<ProbeReport> {
  const driver = await driverFor(device);
  return { driver: driver.name, milliseconds: await tryDevice(driver, device) };
}

async function driverFor(device: Device): Promise<Driver> {
  return device === 'wasm'
    ? (await import('../../runtime/web.js')).webDriver
    : (await import('../../runtime/node.js')).nodeDriver;
}

async function tryDevice(driver: Driver, device: Device): Promise<number> {
  try {
    return await checkDevice({ driver, device, threads: 1 });
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).trim().split('\n');
    throw new AdarandError(
      'device.unavailable',
      `the device ${device} does not work here: ${reason}`,
      'Use --device cpu; `adarand doctor` tells what each device needs.',
      error,
    );
  }
}
