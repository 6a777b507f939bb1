import { invariant } from '../../errors.js';
import type { Device } from '../../graph/device.js';
import { writeOnnx } from '../../graph/onnx/write.js';
import { onnxDataType } from '../../graph/operators/cast.js';
import { neg } from '../../graph/operators/neg.js';
import { bytesOf, type TensorType } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import type { DeviceMemory, DeviceTensor, Held } from '../device-memory.js';
import { failed } from '../failed.js';
import type { Copy } from './copies.js';
import { NativeTensor } from './native-tensor.js';
import { memoryNames } from './providers.js';
import { openSession, type Runtime } from './session.js';

const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;

/** A device's memory; undefined of one that computes in the host's. @throws AdarandError `runtime.failed`. */
export async function openMemory(
  runtime: Runtime,
  device: Device,
  copy: Copy,
): Promise<DeviceMemory | undefined> {
  const name = memoryNames[device];
  return name === undefined
    ? undefined
    : new NativeMemory(runtime, await openAllocator(runtime, device, name), copy);
}

/** ONNX Runtime's, for the device. Only a session on the device has it: one is opened for that, and stays. */
async function openAllocator(runtime: Runtime, device: Device, name: string): Promise<bigint> {
  const { api } = runtime;
  const y = neg(input('x', { dtype: 'float32', shape: [1] }));
  const model = writeOnnx({ outputs: new Map([['y', y]]) }, device);
  const session = await openSession(runtime, model, { device });
  const info = api.make('createMemoryInfo', name, DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY);
  return api.make('createAllocator', session, info);
}

class NativeMemory implements DeviceMemory {
  readonly #runtime: Runtime;
  readonly #allocator: bigint;
  readonly #copy: Copy;

  constructor(runtime: Runtime, allocator: bigint, copy: Copy) {
    this.#runtime = runtime;
    this.#allocator = allocator;
    this.#copy = copy;
  }

  allocate(type: TensorType): DeviceTensor {
    const { api } = this.#runtime;
    const dims = BigInt64Array.from(type.shape, BigInt);
    try {
      const dtype = onnxDataType[type.dtype];
      const address = api.make('createTensorAsOrtValue', this.#allocator, dims, dims.length, dtype);
      return new NativeTensor(api, type, address);
    } catch (error) {
      throw failed(`have ${bytesOf(type)} bytes of the device's memory`, error);
    }
  }

  async copy(from: readonly Held[], to: readonly Held[]): Promise<void> {
    invariant(from.length === to.length, 'as many tensors to write as to read');
    try {
      await this.#copy(from, to);
    } catch (error) {
      throw failed("copy between the host's memory and the device's", error);
    }
  }
}
