import { at } from '../../errors.js';
import { conv } from '../../graph/operators/conv.js';
import type { ConvAttributes } from '../../graph/operators/conv-geometry.js';
import { mul } from '../../graph/operators/mul.js';
import { float32, type Tensor } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';
import { type HalvedSizes, halvingShift, halvingTaps, halvingWeights as weights } from './halving-weights.js';

/**
 * Whether an exported graph takes images of twice the network's input, and halves them itself. What runs an exported model
 * shrinks photographs in its own way, often by other filters than ours; at twice the size that matters little, and the
 * graph does the rest as evaluation does it. Inputs of up to 64 pixels are for images of that very size, which nobody
 * resizes.
 */
export function isHalvedInGraph(imageSize: number): boolean {
  return imageSize > 64;
}

/**
 * Images [N,3,2S,2S] shrunk to [N,3,S,S]: along each axis, a mean of four pixels that covers what is there, from where
 * evaluation begins (`halvingShift`).
 */
export function halved(images: Value, sizes: HalvedSizes): Value {
  const shift = halvingShift(sizes);
  const filtered = conv(images, constant(halvingKernel), undefined, halvingAttributes(shift));
  const [rows, columns] = edgeFactors(sizes.imageSize, shift);
  return mul(mul(filtered, constant(rows)), constant(columns));
}

/** [3,1,4,4], a kernel for each channel. */
export const halvingKernel: Tensor<'float32'> = float32(
  [3, 1, 4, 4],
  Array.from({ length: 48 }, (_, i) => at(weights, (i >> 2) & 3) * at(weights, i & 3)),
);

export function halvingAttributes(shift: number): ConvAttributes {
  const [before, after] = [1 - shift, 1 + shift];
  return { strides: [2, 2], pads: [before, before, after, after], dilations: [1, 1], group: 3 };
}

/** What makes up for the weight outside the picture: factors [1,1,S,1] and [1,1,1,S]. */
export function edgeFactors(size: number, shift: number): readonly [Tensor<'float32'>, Tensor<'float32'>] {
  const inside = (i: number) => halvingTaps(i, { size, shift }).reduce((sum, { weight }) => sum + weight, 0);
  const factors = Float32Array.from({ length: size }, (_, i) => 1 / inside(i));
  return [float32([1, 1, size, 1], factors), float32([1, 1, 1, size], factors)];
}
