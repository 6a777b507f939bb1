import { add } from '../../graph/operators/add.js';
import { matmul } from '../../graph/operators/matmul.js';
import { reshape } from '../../graph/operators/reshape.js';
import { slice } from '../../graph/operators/slice.js';
import { edges, nchw } from '../../graph/shapes.js';
import type { Shape } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { joined, piecesOf } from './pieces.js';
import { imagePieces, tileCutter } from './tiles.js';
import {
  INPUTS,
  inputTransform,
  kernelTransform,
  ofBothAxes,
  RESULTS,
  resultTransform,
  transformTiles,
  transposed,
} from './transforms.js';

/**
 * dw [K,C,3,3] of x [N,C,H,W] and dy [N,K,H',W']. What y = A^T [(G w G^T) * (B^T x B)] A does to w is linear; its transpose
 * takes dy to
 *
 *     dw = G^T [sum over tiles of (A dy A^T) * (B^T x B)] G:
 *
 * at each of the 36 places in a tile, a product of matrices over all tiles.
 */
export function winogradWeightGradient(x: Value, dy: Value, shape: Shape, pads: readonly number[]): Value {
  const [top, left] = edges(pads);
  const [filters, channels] = nchw(shape);
  const results = dy.shape;
  const cutX = tileCutter(x, { results, size: INPUTS, top, left }, true);
  const cutY = tileCutter(dy, { results, size: RESULTS, top: 0, left: 0 }, true);
  const tiles = imagePieces(results, Math.max(filters, channels)).map((images) => ({
    inputs: transformTiles(inputTransform, cutX(images)),
    adjoints: transformTiles(transposed(resultTransform), cutY(images)),
  }));
  const parts = piecesOf(filters, channels).map(({ from, to }) => {
    const sums = tiles
      .map(({ inputs, adjoints }) => matmul(slice(adjoints, 2, from, to), inputs, { transposeA: true }))
      .reduce(add);
    const places = reshape(sums, [INPUTS ** 2, (to - from) * channels]);
    return reshape(matmul(places, ofBothAxes(kernelTransform), { transposeA: true }), [
      to - from,
      ...shape.slice(1),
    ]);
  });
  return joined(parts, 0);
}
