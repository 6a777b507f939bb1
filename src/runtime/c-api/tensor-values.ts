import { invariant } from '../../errors.js';
import { onnxDataType } from '../../graph/operators/cast.js';
import { bytesOf, type Tensor } from '../../graph/tensor.js';
import type { Api } from './api.js';

const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;

/** Tensors as ONNX Runtime sees them: descriptions of our own buffers, each made once and released with its tensor. */
export class TensorValues {
  readonly #api: Api;
  readonly #memory: bigint;
  readonly #known = new WeakMap<Tensor, bigint>();
  readonly #released: FinalizationRegistry<bigint>;

  constructor(api: Api) {
    this.#api = api;
    this.#memory = api.make('createCpuMemoryInfo', ARENA_ALLOCATOR, DEFAULT_MEMORY);
    this.#released = new FinalizationRegistry((value) => api.call('releaseValue', value));
  }

  /** The address of an `OrtValue`. The tensor must stay reachable while it is used. */
  of(tensor: Tensor): bigint {
    const known = this.#known.get(tensor);
    if (known !== undefined) return known;
    const made = this.#make(tensor);
    this.#known.set(tensor, made);
    this.#released.register(tensor, made);
    return made;
  }

  #make(tensor: Tensor): bigint {
    const { dtype, shape, data } = tensor;
    // ONNX Runtime believes the shape: a buffer that is too short would be a crash.
    invariant(data.byteLength === bytesOf(tensor), `${data.byteLength} bytes for ${dtype} [${shape}]`);
    // Asking for the buffer gives small arrays memory of their own, which does not move.
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const dims = BigInt64Array.from(shape, BigInt);
    const type = onnxDataType[dtype];
    return this.#api.make(
      'createTensorWithDataAsOrtValue',
      this.#memory,
      bytes.byteLength > 0 ? bytes : nothing,
      bytes.byteLength,
      dims,
      dims.length,
      type,
    );
  }
}

/** Memory for tensors without elements: an address must be one. */
const nothing = new Uint8Array(new ArrayBuffer(8));
