import { type ConvAttributes, convOutputShape } from '../../graph/operators/conv-geometry.js';
import { matmul } from '../../graph/operators/matmul.js';
import type { Value } from '../../graph/value.js';
import { filterTiles, transformKernels } from './filter.js';
import { kernelTransform } from './transforms.js';

/** y [N,K,H',W'] of x [N,C,H,W] and w [K,C,3,3]: at each place in a tile, x's channels times the kernels. */
export function winogradForward(x: Value, w: Value, attributes: ConvAttributes): Value {
  const kernels = transformKernels(kernelTransform, w);
  return filterTiles(x, convOutputShape(x.shape, w.shape, attributes), attributes.pads, (tiles) =>
    matmul(tiles, kernels, { transposeB: true }),
  );
}
