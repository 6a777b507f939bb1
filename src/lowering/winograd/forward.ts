import { type ConvAttributes, convOutputShape } from '../../graph/operators/conv-geometry.js';
import { matmul } from '../../graph/operators/matmul.js';
import { slice } from '../../graph/operators/slice.js';
import { nchw } from '../../graph/shapes.js';
import type { Value } from '../../graph/value.js';
import { filterTiles, transformKernels } from './filter.js';
import { piecesOf } from './pieces.js';
import { kernelTransform } from './transforms.js';

/** y [N,K,H',W'] of x [N,C,H,W] and w [K,C,3,3]: at each place in a tile, x's channels times the kernels. */
export function winogradForward(x: Value, w: Value, attributes: ConvAttributes): Value {
  const [filters, channels] = nchw(w.shape);
  const products = piecesOf(filters, channels).map(({ from, to }) => {
    const kernels = transformKernels(kernelTransform, slice(w, 0, from, to));
    return (tiles: Value) => matmul(tiles, kernels, { transposeB: true });
  });
  return filterTiles(x, convOutputShape(x.shape, w.shape, attributes), attributes.pads, products);
}
