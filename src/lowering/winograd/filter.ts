import { at } from '../../errors.js';
import { concat } from '../../graph/operators/concat.js';
import { matmul } from '../../graph/operators/matmul.js';
import { reshape } from '../../graph/operators/reshape.js';
import { edges, nchw } from '../../graph/shapes.js';
import type { Shape } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { joinTiles, piecesOf, tileCutter } from './tiles.js';
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
 * a tile, the sum over channels is a product of matrices: `multiply` takes transformed tiles [36, n, C] to [36, n, K].
 */
export function filterTiles(
  x: Value,
  results: Shape,
  pads: readonly number[],
  multiply: (tiles: Value) => Value,
): Value {
  const [top, left] = edges(pads);
  const cut = tileCutter(x, { results, size: INPUTS, top, left }, false);
  const channels = Math.max(at(x.shape, 1), at(results, 1));
  const pieces = piecesOf(results, channels).map((images) =>
    transformTiles(resultTransform, multiply(transformTiles(inputTransform, cut(images)))),
  );
  return joinTiles(pieces.length === 1 ? at(pieces, 0) : concat(pieces, 1), results);
}

/** T w T^T [36,K,C] of kernels w [K,C,3,3]. */
export function transformKernels(t: Matrix, w: Value): Value {
  const [filters, channels] = nchw(w.shape);
  const taps = reshape(w, [filters * channels, TAPS ** 2]);
  return reshape(matmul(ofBothAxes(t), taps, { transposeB: true }), [INPUTS ** 2, filters, channels]);
}
