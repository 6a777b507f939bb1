import { invariant } from '../../errors.js';
import { bytesOf } from '../../graph/tensor.js';
import type { Held } from '../device-memory.js';
import type { Api } from './api.js';
import { NativeTensor } from './native-tensor.js';
import { addressesOf, type Runtime } from './session.js';
import { loadLibrary } from './shared-library.js';

/** Copies tensors between a device's memory and the host's, or inside one of them. @throws Error with what failed. */
export type Copy = (from: readonly Held[], to: readonly Held[]) => Promise<void>;

/** By ONNX Runtime, which knows how for the providers that are built into it. */
export function copiesOf(runtime: Runtime): Copy {
  const { api, environment } = runtime;
  return async (from, to) => {
    const [sources, targets] = [addressesOf(runtime, from), addressesOf(runtime, to)];
    await api.callAsync('copyTensors', environment, sources, targets, null, sources.length);
    // Until here they were in use, whoever else had let them go.
    invariant(from.length === sources.length && to.length === targets.length, 'tensors came or went');
  };
}

/** `cudaMemcpyKind`. */
const HOST_TO_DEVICE = 1;
const DEVICE_TO_HOST = 2;
const DEVICE_TO_DEVICE = 3;

/**
 * By CUDA's runtime library. ONNX Runtime's own copies know the memory of a provider only if it registered itself with the
 * environment, which looks for graphics cards by itself and may find others than CUDA does.
 */
export async function cudaCopies({ api }: Pick<Runtime, 'api'>, cudart: string): Promise<Copy> {
  const library = await loadLibrary(cudart);
  const copy: (to: Uint8Array | bigint, from: Uint8Array | bigint, bytes: number, kind: number) => number =
    library.func('cudaMemcpy', 'int', ['void *', 'void *', 'size_t', 'int']);
  const synchronize: (stream: null) => number = library.func('cudaStreamSynchronize', 'int', ['void *']);
  const textOf: (error: number) => string = library.func('cudaGetErrorString', 'str', ['int']);
  const check = (error: number) => {
    if (error !== 0) throw new Error(`CUDA failure ${error}: ${textOf(error)}`);
  };
  return async (from, to) => {
    let isPending = false;
    for (const [i, source] of from.entries()) {
      const target = to[i];
      invariant(target !== undefined, 'as many tensors to write as to read');
      const bytes = bytesOf(source);
      invariant(bytes === bytesOf(target), 'tensors of one type');
      if (bytes === 0) continue;
      const kind =
        target instanceof NativeTensor
          ? source instanceof NativeTensor
            ? DEVICE_TO_DEVICE
            : HOST_TO_DEVICE
          : DEVICE_TO_HOST;
      check(copy(placeOf(api, target), placeOf(api, source), bytes, kind));
      isPending ||= kind !== DEVICE_TO_HOST;
    }
    // What goes to the device may still be on its way.
    if (isPending) check(synchronize(null));
  };
}

function placeOf(api: Api, tensor: Held): Uint8Array | bigint {
  if (tensor instanceof NativeTensor) return api.make('getTensorMutableData', tensor.address);
  const { data } = tensor;
  invariant(data !== undefined, 'a tensor in the memory of another device');
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
