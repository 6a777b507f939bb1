import type { DType, Tensors } from '../../src/graph/tensor.js';
import type { ReadTensor } from '../../src/methods/host.js';
import { requireTensor } from '../../src/training/method-tensors.js';

/** Reads a method's tensors from given ones, as its host functions do in a run. */
export function readFrom(tensors: Tensors): ReadTensor {
  return <D extends DType = 'float32'>(name: string, dtype?: D) =>
    requireTensor<D>(tensors[name], `no tensor ${name}`, dtype);
}
