import { AdarandError, messageOf } from '../../errors.js';
import type { Device } from '../../graph/device.js';
import { matmul } from '../../graph/operators/matmul.js';
import { float32 } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import type { Driver } from '../../runtime/driver.js';
import { Program } from '../../runtime/program.js';
import { State } from '../../runtime/state.js';
import { commandLine } from '../command-line.js';
import type { DeviceCheck } from '../operations/check-device.js';
import { driverFor } from './driver-for.js';

/**
 * Computes a small product on a device and checks the result.
 *
 * @throws AdarandError `device.unavailable` with the reason.
 */
export async function deviceCheck(device: Device): Promise<DeviceCheck> {
  const driver = await driverFor(device);
  const started = performance.now();
  try {
    await checkProduct(driver, device);
  } catch (error) {
    const doctor = `\`${commandLine('doctor')}\``;
    if (error instanceof AdarandError && error.code === 'device.unavailable')
      throw new AdarandError(
        error.code,
        error.message,
        `${error.hint} ${doctor} shows what there is.`,
        error,
      );
    const [reason] = messageOf(error).trim().split('\n');
    throw new AdarandError(
      'device.unavailable',
      `the device ${device} does not work here: ${reason}`,
      `Use --device cpu; ${doctor} says what each device needs.`,
      error,
    );
  }
  const milliseconds = performance.now() - started;
  return { driver: device === 'wasm' ? driver.name : await byWhich(driver, device), milliseconds };
}

/** There are two ways to the native library. */
async function byWhich({ name }: Driver, device: Device): Promise<string> {
  const { whyBinding } = await import('../../runtime/node.js');
  const why = await whyBinding(device);
  return why === undefined
    ? `${name} by its C API`
    : `${name} by its Node binding, which is slower and takes more memory (${why})`;
}

/** A product of what is fed and what the state holds, which then becomes the state: so memory of the device's is tried, too. */
async function checkProduct(driver: Driver, device: Device): Promise<void> {
  const left = float32([2, 2], [1, 2, 3, 4]);
  const right = float32([2, 2], [5, 6, 7, 8]);
  const product = matmul(input('left', left), input('right', right));
  const graph = { outputs: new Map([['product', product]]), updates: new Map([['right', product]]) };
  const compile = { driver, device, threads: 1 };
  const program = await Program.compile(graph, compile);
  const state = await State.for(compile);
  state.add('right', right);
  try {
    const outputs = await program.run(state, new Map([['left', left]]));
    const [read, kept] = [outputs.get('product'), (await state.read()).get('right')];
    for (const tensor of [read, kept]) {
      const numbers = tensor?.data.join(' ');
      if (numbers !== '19 22 43 50') throw new Error(`it computes ${numbers} instead of 19 22 43 50`);
    }
  } finally {
    await program.release();
    state.release();
  }
}
