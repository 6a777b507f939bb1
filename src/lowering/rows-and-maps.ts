import { nodeOf } from '../graph/node-of.js';
import { Reshape, reshape } from '../graph/operators/reshape.js';
import { Transpose, transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';

/** Maps [N,K,h,w] of rows [N h w, K]. */
export function mapsOfRows(rows: Value, shape: readonly [number, number, number, number]): Value {
  const [batch, filters, height, width] = shape;
  return reshape(transpose(reshape(rows, [batch, height * width, filters]), [0, 2, 1]), shape);
}

/**
 * The same, with the maps' axes apart while they are moved. Where one value is read under several shapes, ONNX Runtime
 * moves it once for each shape if it was moved under another one, and keeps all of them.
 */
export function mapsOfPixels(rows: Value, shape: readonly [number, number, number, number]): Value {
  const [batch, filters, height, width] = shape;
  return transpose(reshape(rows, [batch, height, width, filters]), FROM_PIXELS);
}

const FROM_PIXELS = [0, 3, 1, 2];

/** Rows [N h w, K] of maps [N,K,h,w]. */
export function rowsOfMaps(maps: Value): Value {
  const [batch, filters, height, width] = nchw(maps.shape);
  const pixels = pixelsBefore(maps);
  if (pixels !== undefined) return reshape(pixels, [batch * height * width, filters]);
  const perImage = transpose(reshape(maps, [batch, filters, height * width]), [0, 2, 1]);
  return reshape(perImage, [batch * height * width, filters]);
}

/** The same, with the maps' axes apart while they are moved. */
export function rowsOfPixels(maps: Value): Value {
  const [batch, filters, height, width] = nchw(maps.shape);
  return reshape(transpose(maps, [0, 2, 3, 1]), [batch * height * width, filters]);
}

/** Whether maps lie in memory as rows, and are only looked at as maps: `rowsOfMaps` then undoes what was done. */
export function areRows(maps: Value): boolean {
  const [batch, filters, height, width] = nchw(maps.shape);
  if (pixelsBefore(maps) !== undefined) return true;
  const perImage = nodeOf(maps, Reshape)?.inputs[0];
  if (perImage === undefined || !sameShape(perImage.shape, [batch, filters, height * width])) return false;
  const transposed = nodeOf(perImage, Transpose);
  return transposed !== undefined && sameShape(transposed.attributes.perm, [0, 2, 1]);
}

/** What `mapsOfPixels` made maps of: [N,h,w,K]. */
function pixelsBefore(maps: Value): Value | undefined {
  const transposed = nodeOf(maps, Transpose);
  return transposed !== undefined && sameShape(transposed.attributes.perm, FROM_PIXELS)
    ? transposed.inputs[0]
    : undefined;
}
