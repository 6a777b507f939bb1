import { at } from '../../errors.js';
import { concat } from '../../graph/operators/concat.js';
import { gather } from '../../graph/operators/gather.js';
import { reshape } from '../../graph/operators/reshape.js';
import { nchw } from '../../graph/shapes.js';
import { int32, type Shape } from '../../graph/tensor.js';
import { constant, scalar, type Value } from '../../graph/value.js';
import { mapsOfPixels, rowsOfMaps, rowsOfPixels } from '../rows-and-maps.js';
import { type Piece, piecesOf } from './pieces.js';
import { RESULTS } from './transforms.js';

/** Tiles that lie 4 pixels apart, the first beginning at (-top, -left): as many as cover the results [N,K,H',W'] by 4x4. */
export interface Tiling {
  readonly results: Shape;
  /** Pixels of a tile along an axis. */
  readonly size: number;
  readonly top: number;
  readonly left: number;
}

/** Images in pieces whose tiles of so many channels are transformed at a time. */
export function imagePieces(results: Shape, channels: number): Piece[] {
  const [batch] = nchw(results);
  const { down, across } = countsOf(results);
  return piecesOf(batch, down * across * channels);
}

/**
 * A function that cuts tiles out of maps [N,C,H,W]: of some images, [size^2, n tiles, C], a matrix for each place in a
 * tile. One Gather of rows of C numbers does it; a row of zeros stands for what is outside.
 *
 * Equal values are computed once and kept until they are last read. What the weight gradient cuts would therefore live
 * from the forward pass on; `apart` makes the same numbers by another way.
 */
export function tileCutter(maps: Value, tiling: Tiling, apart: boolean): (images: Piece) => Value {
  const [, channels, height, width] = nchw(maps.shape);
  const { size, top, left } = tiling;
  const { down, across } = countsOf(tiling.results);
  const zeros = scalar(0, [1, channels]);
  const rows = apart ? concat([zeros, rowsOfMaps(maps)], 0) : concat([rowsOfPixels(maps), zeros], 0);
  const [outside, first] = apart ? [0, 1] : [at(rows.shape, 0) - 1, 0];
  return ({ from, to }) => {
    const index = new Int32Array(size ** 2 * (to - from) * down * across);
    let o = 0;
    for (let u = 0; u < size; u++)
      for (let v = 0; v < size; v++)
        for (let n = from; n < to; n++)
          for (let i = 0; i < down; i++) {
            const row = i * RESULTS + u - top;
            const start = first + (n * height + row) * width;
            const isRow = row >= 0 && row < height;
            for (let j = 0; j < across; j++) {
              const column = j * RESULTS + v - left;
              index[o++] = isRow && column >= 0 && column < width ? start + column : outside;
            }
          }
    return gather(rows, constant(int32([size ** 2, index.length / size ** 2], index)));
  };
}

/** Maps [N,K,H,W] of their tiles [16, N tiles, K]. */
export function joinTiles(tiles: Value, results: Shape): Value {
  const [batch, filters, height, width] = nchw(results);
  const { down, across } = countsOf(results);
  const count = batch * down * across;
  const index = new Int32Array(batch * height * width);
  let o = 0;
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < height; i++) {
      const place = (i % RESULTS) * RESULTS * count;
      const tile = (n * down + Math.floor(i / RESULTS)) * across;
      for (let j = 0; j < width; j++)
        index[o++] = place + (j % RESULTS) * count + tile + Math.floor(j / RESULTS);
    }
  const elements = reshape(tiles, [RESULTS ** 2 * count, filters]);
  return mapsOfPixels(gather(elements, constant(int32([index.length], index))), [
    batch,
    filters,
    height,
    width,
  ]);
}

/** How many tiles cover a map of results: the last ones may reach beyond it. */
function countsOf(results: Shape): { readonly down: number; readonly across: number } {
  const [, , height, width] = nchw(results);
  return { down: Math.ceil(height / RESULTS), across: Math.ceil(width / RESULTS) };
}
