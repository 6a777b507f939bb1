import { loadLibrary } from '../c-api/shared-library.js';
import { DRIVER_LIBRARY } from './cuda-libraries.js';

/** A graphics card, as the driver describes it. */
export interface Card {
  readonly name: string;
  readonly memoryBytes: number;
  /** Its compute capability, such as 9.0. */
  readonly capability: string;
}

/** NVIDIA's driver and the cards that this process sees: `CUDA_VISIBLE_DEVICES` can hide some, and changes their order. */
export interface NvidiaDriver {
  /** The newest CUDA that it can run, such as 13.0. */
  readonly cuda: string;
  readonly cards: readonly Card[];
}

/** The functions of the CUDA driver API that are used: each returns 0, or the number of an error. */
export interface DriverFunctions {
  init(): number;
  driverVersion(version: Int32Array): number;
  deviceCount(count: Int32Array): number;
  deviceName(name: Uint8Array, device: number): number;
  deviceMemory(bytes: BigUint64Array, device: number): number;
  deviceAttribute(value: Int32Array, attribute: number, device: number): number;
  /** The name of an error, such as CUDA_ERROR_NO_DEVICE; undefined of a number that is none. */
  nameOf(error: number): string | undefined;
}

const NO_DEVICE = 100;
const MAJOR = 75;
const MINOR = 76;
const NAME_BYTES = 256;

/** @throws Error if there is no driver, or it does not start. */
export async function openDriver(): Promise<NvidiaDriver> {
  return describeDriver(await driverFunctions());
}

/** @throws Error with the driver's own name for what failed. */
export function describeDriver(functions: DriverFunctions): NvidiaDriver {
  const check = (result: number, what: string) => {
    if (result !== 0) throw new Error(`${what} failed with ${functions.nameOf(result) ?? `error ${result}`}`);
  };
  const number = new Int32Array(1);
  const read = (result: number, what: string) => {
    check(result, what);
    return number[0] ?? 0;
  };
  const version = read(functions.driverVersion(number), 'cuDriverGetVersion');
  const cuda = `${Math.floor(version / 1000)}.${Math.floor((version % 1000) / 10)}`;
  const started = functions.init();
  if (started === NO_DEVICE) return { cuda, cards: [] };
  check(started, 'cuInit');
  const count = read(functions.deviceCount(number), 'cuDeviceGetCount');
  const cards = Array.from({ length: count }, (_, device) => {
    const name = new Uint8Array(NAME_BYTES);
    const bytes = new BigUint64Array(1);
    check(functions.deviceName(name, device), 'cuDeviceGetName');
    check(functions.deviceMemory(bytes, device), 'cuDeviceTotalMem');
    const [major, minor] = [MAJOR, MINOR].map((attribute) =>
      read(functions.deviceAttribute(number, attribute, device), 'cuDeviceGetAttribute'),
    );
    const end = name.indexOf(0);
    return {
      name: Buffer.from(name.subarray(0, end < 0 ? NAME_BYTES : end)).toString(),
      memoryBytes: Number(bytes[0] ?? 0n),
      capability: `${major}.${minor}`,
    };
  });
  return { cuda, cards };
}

/** Devices are numbered from 0, and `CUdevice` is that number. */
async function driverFunctions(): Promise<DriverFunctions> {
  const { default: koffi } = await import('koffi');
  const library = await loadLibrary(DRIVER_LIBRARY);
  const init: (flags: number) => number = library.func('cuInit', 'int', ['uint']);
  const nameOf: (error: number, place: BigUint64Array) => number = library.func('cuGetErrorName', 'int', [
    'int',
    'void *',
  ]);
  return {
    init: () => init(0),
    driverVersion: library.func('cuDriverGetVersion', 'int', ['void *']),
    deviceCount: library.func('cuDeviceGetCount', 'int', ['void *']),
    deviceName: writing(library.func('cuDeviceGetName', 'int', ['void *', 'int', 'int'])),
    deviceMemory: library.func('cuDeviceTotalMem_v2', 'int', ['void *', 'int']),
    deviceAttribute: library.func('cuDeviceGetAttribute', 'int', ['void *', 'int', 'int']),
    nameOf(error) {
      const place = new BigUint64Array(1);
      const [address] = nameOf(error, place) === 0 ? place : [];
      return address === undefined || address === 0n ? undefined : koffi.decode(address, 'char', -1);
    },
  };
}

function writing(
  getName: (name: Uint8Array, bytes: number, device: number) => number,
): DriverFunctions['deviceName'] {
  return (name, device) => getName(name, name.byteLength, device);
}
