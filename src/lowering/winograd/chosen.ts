import { at } from '../../errors.js';
import type { ConvAttributes } from '../../graph/operators/conv-geometry.js';
import type { Shape } from '../../graph/tensor.js';
import { hasUnitStride, pixelsOf } from '../conv-geometry.js';
import { crossovers } from '../crossovers.js';
import type { Target } from '../target.js';

/** Whether a pass of a convolution with kernels w over a map of x's shape runs fastest by Winograd's tiles. */
export function isForWinograd(
  pass: keyof typeof crossovers.winogradChannels,
  x: Shape,
  w: Shape,
  attributes: ConvAttributes,
  { device }: Target,
): boolean {
  return (
    (device === 'cpu' || device === 'wasm') &&
    attributes.group === 1 &&
    at(w, 2) === 3 &&
    at(w, 3) === 3 &&
    hasUnitStride(attributes) &&
    Math.min(at(w, 0), at(w, 1)) >= crossovers.winogradChannels[pass] &&
    pixelsOf(x) <= crossovers.winogradPixels
  );
}
