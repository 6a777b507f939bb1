import { at } from '../../../errors.js';
import type { ReferenceTensor } from '../../../graph/operator.js';
import { elementAt, sizeOf } from '../../../graph/tensor.js';

/**
 * For each output of a layer, the largest sum of two neighbouring weights of one sign; at least the largest weight.
 *
 * x86 processors without dot products of bytes multiply two activations (up to 255) by two neighbouring weights and add
 * that in 16 bits, and what is more they cut off. If neighbours make 128 at most, as all do of which this sum is scaled to
 * 127, nothing is. Neighbours are as ONNX Runtime has them: by position in the kernel, then by channel.
 */
export function largestPairs({ shape, data }: ReferenceTensor, axis: number): Float64Array {
  const outputs = at(shape, axis);
  const inner = sizeOf(shape) / outputs;
  const isMatrix = shape.length === 2;
  const positions = isMatrix ? 1 : at(shape, 2) * at(shape, 3);
  const channels = inner / positions;
  const indexOf = (k: number, i: number) => {
    if (isMatrix) return axis === 0 ? k * inner + i : i * outputs + k;
    return (k * channels + (i % channels)) * positions + Math.floor(i / channels);
  };
  return new Float64Array(outputs).map((_, k) => {
    let most = 0;
    let before = 0;
    for (let i = 0; i < inner; i++) {
      const weight = elementAt(data, indexOf(k, i));
      const alone = Math.abs(weight);
      most = Math.max(most, weight * before > 0 ? alone + Math.abs(before) : alone);
      before = weight;
    }
    return most;
  });
}
