import { at } from '../errors.js';
import type { ConvAttributes } from '../graph/operators/conv-geometry.js';
import { matmul } from '../graph/operators/matmul.js';
import { reshape } from '../graph/operators/reshape.js';
import { transpose } from '../graph/operators/transpose.js';
import { nchw } from '../graph/shapes.js';
import { type Shape, sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { crossovers } from './crossovers.js';
import { mapsOfRows, rowsOfMaps } from './rows-and-maps.js';

/*
 * A kernel that moves by its own size sees each pixel once: with x cut into patches, as a matrix X of one row for each,
 * the convolution is X W^T, its bias goes with it, and its gradients are products, too. Narrow kernels stay as they
 * are: what is moved at a time is one row of a patch.
 */

/** Whether a convolution is one of wide patches that touch, do not overlap, and leave nothing of x. */
export function isOfPatches(
  x: Shape,
  w: Shape,
  { strides, pads, dilations, group }: ConvAttributes,
): boolean {
  const kernel = w.slice(2);
  return (
    group === 1 &&
    at(w, 3) >= crossovers.patchWidth &&
    kernel.every((size, axis) => size === strides[axis] && at(x, axis + 2) % size === 0) &&
    pads.every((pad) => pad === 0) &&
    dilations.every((d) => d === 1)
  );
}

/** y, with X W^T (plus a bias) as `linear` computes it from X [n, C kh kw] and W [K, C kh kw]. */
export function patchesForward(x: Value, w: Value, linear: (rows: Value, kernels: Value) => Value): Value {
  const [batch, , height, width] = nchw(x.shape);
  const [filters, , kernelHeight, kernelWidth] = nchw(w.shape);
  const rows = linear(patchRows(x, w.shape), kernelRows(w));
  return mapsOfRows(rows, [batch, filters, height / kernelHeight, width / kernelWidth]);
}

export function patchesWeightGradient(x: Value, dy: Value, shape: Shape): Value {
  return reshape(matmul(rowsOfMaps(dy), patchRows(x, shape), { transposeA: true }), shape);
}

export function patchesInputGradient(dy: Value, w: Value, shape: Shape): Value {
  const [batch, , rows, columns] = nchw(dy.shape);
  const [, channels, kernelHeight, kernelWidth] = nchw(w.shape);
  const cut = [batch, rows, columns, channels, kernelHeight, kernelWidth];
  const patches = reshape(matmul(rowsOfMaps(dy), kernelRows(w)), cut);
  return reshape(transpose(patches, [0, 3, 1, 4, 2, 5]), shape);
}

/** x [N,C,H,W] as a row for each patch of w's size: [N H/kh W/kw, C kh kw]. */
function patchRows(x: Value, w: Shape): Value {
  const [batch, channels, height, width] = nchw(x.shape);
  const [, , kernelHeight, kernelWidth] = nchw(w);
  const [rows, columns] = [height / kernelHeight, width / kernelWidth];
  const cut = reshape(x, [batch, channels, rows, kernelHeight, columns, kernelWidth]);
  return reshape(transpose(cut, [0, 2, 4, 1, 3, 5]), [batch * rows * columns, sizeOf(w.slice(1))]);
}

/** w [K,C,kh,kw] as [K, C kh kw]. */
function kernelRows(w: Value): Value {
  return reshape(w, [at(w.shape, 0), sizeOf(w.shape.slice(1))]);
}
