import { at } from '../../errors.js';
import { conv } from '../../graph/operators/conv.js';
import type { ConvAttributes } from '../../graph/operators/conv-geometry.js';
import { mul } from '../../graph/operators/mul.js';
import { float32, type Tensor } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';
import { halvingWeights as weights } from './halving-weights.js';

/**
 * Whether an exported graph takes images of twice the network's input, and halves them itself. What runs an exported model
 * shrinks photographs in its own way, often by other filters than ours; at twice the size that matters little, and the
 * graph does the rest as evaluation does it. Inputs of up to 64 pixels are for images of that very size, which nobody
 * resizes.
 */
export function isHalvedInGraph(imageSize: number): boolean {
  return imageSize > 64;
}

/** Images [N,3,2H,2W] shrunk to [N,3,H,W]: along each axis, a mean of four pixels that covers what is there. */
export function halved(images: Value): Value {
  const filtered = conv(images, constant(halvingKernel), undefined, halvingAttributes);
  const [rows, columns] = edgeFactors(at(filtered.shape, 2), at(filtered.shape, 3));
  return mul(mul(filtered, constant(rows)), constant(columns));
}

/** [3,1,4,4], a kernel for each channel. */
export const halvingKernel: Tensor<'float32'> = float32(
  [3, 1, 4, 4],
  Array.from({ length: 48 }, (_, i) => at(weights, (i >> 2) & 3) * at(weights, i & 3)),
);

export const halvingAttributes: ConvAttributes = {
  strides: [2, 2],
  pads: [1, 1, 1, 1],
  dilations: [1, 1],
  group: 3,
};

/** What makes up for the weight outside the picture: factors [1,1,H,1] and [1,1,1,W]. */
export function edgeFactors(height: number, width: number): readonly [Tensor<'float32'>, Tensor<'float32'>] {
  return [float32([1, 1, height, 1], edges(height)), float32([1, 1, 1, width], edges(width))];
}

function edges(size: number): Float32Array {
  const outside = at(weights, 0);
  const missing = (i: number) => (i === 0 ? outside : 0) + (i === size - 1 ? outside : 0);
  return Float32Array.from({ length: size }, (_, i) => 1 / (1 - missing(i)));
}
