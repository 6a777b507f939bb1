import { at } from '../../errors.js';
import { matmul } from '../../graph/operators/matmul.js';
import { reshape } from '../../graph/operators/reshape.js';
import { edges, nchw } from '../../graph/shapes.js';
import type { Shape } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { joined } from './pieces.js';
import { imagePieces, joinTiles, tileCutter } from './tiles.js';
import {
  INPUTS,
  inputTransform,
  type Matrix,
  ofBothAxes,
  resultTransform,
  TAPS,
  transformTiles,
} from './transforms.js';

/**
 * y = A^T [sum over channels of (G w G^T) * (B^T x B)] A for every tile of the results' shape. At each of the 36 places in
 * a tile, the sum over channels is a product of matrices: `products` take transformed tiles [36, n, C] to [36, n, k], each
 * for some of the results' channels.
 */
export function filterTiles(
  x: Value,
  results: Shape,
  pads: readonly number[],
  products: readonly ((tiles: Value) => Value)[],
): Value {
  const [top, left] = edges(pads);
  const cut = tileCutter(x, { results, size: INPUTS, top, left }, false);
  const channels = Math.max(at(x.shape, 1), at(results, 1));
  const pieces = imagePieces(results, channels).map((images) => {
    const tiles = transformTiles(inputTransform, cut(images));
    return joined(
      products.map((multiply) => transformTiles(resultTransform, multiply(tiles))),
      2,
    );
  });
  return joinTiles(joined(pieces, 1), results);
}

/** T w T^T [36,K,C] of kernels w [K,C,3,3]. */
export function transformKernels(t: Matrix, w: Value): Value {
  const [filters, channels] = nchw(w.shape);
  const taps = reshape(w, [filters * channels, TAPS ** 2]);
  return reshape(matmul(ofBothAxes(t), taps, { transposeB: true }), [INPUTS ** 2, filters, channels]);
}
