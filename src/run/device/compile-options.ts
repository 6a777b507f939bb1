import type { Device } from '../../graph/device.js';
import type { CompileOptions } from '../../runtime/program.js';
import { deviceCheck } from './device-check.js';
import { driverFor } from './driver-for.js';

/**
 * How to compile for a device from Node. Every device but the CPU may be missing on this machine, so it is checked
 * first.
 *
 * @throws AdarandError `device.unavailable`.
 */
export async function compileOptionsFor(
  device: Device,
  threads: number | undefined,
): Promise<CompileOptions> {
  if (device !== 'cpu') await deviceCheck(device);
  const driver = await driverFor(device);
  return threads === undefined ? { driver, device } : { driver, device, threads };
}

/** What is to be said where the native library is used by the slower way. */
export async function fallbackOf({ device }: CompileOptions): Promise<string | undefined> {
  if (device === 'wasm') return undefined;
  const why = await (await import('../../runtime/node.js')).whyBinding();
  return why === undefined
    ? undefined
    : `ONNX Runtime is used by its Node binding, which is slower and takes more memory: ${why}`;
}
