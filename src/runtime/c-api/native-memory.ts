import { invariant } from '../../errors.js';
import type { Device } from '../../graph/device.js';
import { writeOnnx } from '../../graph/onnx/write.js';
import { onnxDataType } from '../../graph/operators/cast.js';
import { neg } from '../../graph/operators/neg.js';
import { bytesOf, type TensorType } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import type { DeviceMemory, DeviceTensor, Held } from '../device-memory.js';
import { failed } from '../failed.js';
import { NativeTensor } from './native-tensor.js';
import { memoryNames } from './providers.js';
import { addressesOf, openSession, type Runtime } from './session.js';

const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;

/** A device's memory; undefined of one that computes in the host's. @throws AdarandError `runtime.failed`. */
export async function openMemory(runtime: Runtime, device: Device): Promise<DeviceMemory | undefined> {
  const name = memoryNames[device];
  return name === undefined ? undefined : NativeMemory.open(runtime, device, name);
}

class NativeMemory implements DeviceMemory {
  readonly #runtime: Runtime;
  /** Of ONNX Runtime's, for the device. */
  readonly #allocator: bigint;

  private constructor(runtime: Runtime, allocator: bigint) {
    this.#runtime = runtime;
    this.#allocator = allocator;
  }

  /** Only a session on the device has its allocator: one is opened for that, and stays. */
  static async open(runtime: Runtime, device: Device, name: string): Promise<NativeMemory> {
    const { api } = runtime;
    const y = neg(input('x', { dtype: 'float32', shape: [1] }));
    const session = await openSession(runtime, writeOnnx({ outputs: new Map([['y', y]]) }, device), {
      device,
    });
    const info = api.make('createMemoryInfo', name, DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY);
    return new NativeMemory(runtime, api.make('createAllocator', session, info));
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
    const { api, environment } = this.#runtime;
    const [sources, targets] = [addressesOf(this.#runtime, from), addressesOf(this.#runtime, to)];
    try {
      await api.callAsync('copyTensors', environment, sources, targets, null, sources.length);
    } catch (error) {
      throw failed("copy between the host's memory and the device's", error);
    }
    // Until here they were in use, whoever else had let them go.
    invariant(from.length === sources.length && to.length === targets.length, 'tensors came or went');
  }
}
