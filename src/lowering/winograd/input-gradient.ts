import { matmul } from '../../graph/operators/matmul.js';
import { slice } from '../../graph/operators/slice.js';
import { nchw } from '../../graph/shapes.js';
import type { Shape } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { filterTiles, transformKernels } from './filter.js';
import { piecesOf } from './pieces.js';
import { backwards, kernelTransform } from './transforms.js';

/**
 * dx of the given shape, of dy [N,K,H',W'] and w [K,C,3,3]: a convolution of dy, padded by the `adjoint` pads, with w
 * read backwards and its channels exchanged. Reading backwards is in the transform, exchanging in the product.
 */
export function winogradInputGradient(dy: Value, w: Value, shape: Shape, adjoint: readonly number[]): Value {
  const [filters, channels] = nchw(w.shape);
  const products = piecesOf(channels, filters).map(({ from, to }) => {
    const kernels = transformKernels(backwards(kernelTransform), slice(w, 1, from, to));
    return (tiles: Value) => matmul(tiles, kernels);
  });
  return filterTiles(dy, shape, adjoint, products);
}
