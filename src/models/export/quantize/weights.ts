import { at, invariant } from '../../../errors.js';
import type { ReferenceTensor } from '../../../graph/operator.js';
import type { Tensor } from '../../../graph/tensor.js';
import { placeAlong } from './linear-operators.js';
import { largestPairs } from './neighbours.js';
import { roundHalfToEven } from './round.js';

/** The largest magnitude of a weight. */
const LARGEST_WEIGHT = 127;

/** Weights are `weight * scale` of their index along an axis; a bias is `bias * inputScale * scale`. */
export interface QuantizedWeights {
  readonly weight: Tensor<'int8'>;
  readonly scale: Tensor<'float32'>;
  readonly bias: Tensor<'int32'> | undefined;
}

export interface WeightsOfLayer {
  readonly weight: ReferenceTensor;
  /** The axis of the weight along which its outputs are. */
  readonly axis: number;
  /** Whether each output is of one channel that no other output reads. */
  readonly depthwise: boolean;
  /** A number for each output. */
  readonly bias: ReferenceTensor | undefined;
  /** The scale of what enters the layer. */
  readonly inputScale: number;
}

/** A layer's weights as 8-bit numbers, with a scale for each output, and its bias in 32 bits. */
export function quantizeWeights({
  weight,
  axis,
  depthwise,
  bias,
  inputScale,
}: WeightsOfLayer): QuantizedWeights {
  invariant(weight.data.every(Number.isFinite), "a run's weights are finite");
  const outputs = at(weight.shape, axis);
  const place = placeAlong(weight.shape, axis);
  const largest = depthwise ? largestOf(weight, outputs, place) : largestPairs(weight, axis);
  const scale = Float32Array.from(largest, (most, k) =>
    Math.max(most / LARGEST_WEIGHT, smallestScale(bias === undefined ? 0 : at(bias.data, k), inputScale)),
  );
  const data = Int8Array.from(weight.data, (element, i) => roundHalfToEven(element / at(scale, place(i))));
  return {
    weight: { dtype: 'int8', shape: weight.shape, data },
    scale: { dtype: 'float32', shape: [outputs], data: scale },
    bias: bias && {
      dtype: 'int32',
      shape: [outputs],
      data: Int32Array.from(bias.data, (element, k) =>
        roundHalfToEven(element / Math.fround(inputScale * at(scale, k))),
      ),
    },
  };
}

function largestOf(
  { data }: ReferenceTensor,
  outputs: number,
  place: (index: number) => number,
): Float64Array {
  const largest = new Float64Array(outputs);
  data.forEach((element, i) => {
    const k = place(i);
    largest[k] = Math.max(at(largest, k), Math.abs(element));
  });
  return largest;
}

/** A scale with which a bias is a whole number of 30 bits: beside such a bias, its weights are next to nothing. */
function smallestScale(bias: number, inputScale: number): number {
  return Math.max(Math.abs(bias) / inputScale / 2 ** 30, 2 ** -60);
}
