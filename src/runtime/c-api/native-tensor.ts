import type { DType, Shape } from '../../graph/tensor.js';
import type { DeviceTensor } from '../device-memory.js';
import type { Api } from './api.js';

/** A tensor that ONNX Runtime allocated: the `OrtValue` is its only owner. */
export class NativeTensor implements DeviceTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Of the `OrtValue`. */
  readonly address: bigint;
  readonly #api: Api;

  constructor(api: Api, { dtype, shape }: { readonly dtype: DType; readonly shape: Shape }, address: bigint) {
    this.#api = api;
    this.dtype = dtype;
    this.shape = shape;
    this.address = address;
  }

  release(): void {
    this.#api.call('releaseValue', this.address);
  }
}
