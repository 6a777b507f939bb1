import type { Pixels } from './image.js';
import type { View } from './view.js';

/**
 * Renders the view of an RGB image into `target` (`[size, size, 3]`).
 *
 * Resampling is bilinear with antialiasing, as PIL and torchvision do it: a triangle filter over pixel centres
 * whose support grows with the factor of reduction, cut off at the box's edges, renormalised, applied along rows
 * and then along columns. The arithmetic is PIL's too (22-bit fixed point, bytes between the two passes), so the
 * result is the same on every machine.
 */
export function renderView(image: Pixels, view: View, size: number, target: Uint8Array): void {
  const { box } = view;
  const columns = triangleFilter(box.width, view.width, view.left, size);
  const rows = triangleFilter(box.height, view.height, view.top, size);
  const { first, last } = rows;
  const stride = size * 3;
  const narrow = new Uint8Array(Math.max(0, last - first) * stride);
  for (let y = first; y < last; y++) {
    const source = ((box.top + y) * image.width + box.left) * 3;
    filterRow(image.data, source, columns, view.flip, narrow, (y - first) * stride);
  }
  for (let y = 0; y < size; y++) {
    const start = ((rows.start[y] ?? 0) - first) * stride;
    filterColumns(narrow, start, rows, y, target.subarray(y * stride, (y + 1) * stride));
  }
}

/** Weights are in units of 2^-22: a sum of weighted bytes still fits 32 bits. A half rounds what is cut off. */
const one = 2 ** 22;
const half = 2 ** 21;

/** For each output position, the input positions it is a weighted mean of. No weights: the output is black. */
interface Filter {
  readonly start: Int32Array;
  readonly count: Int32Array;
  /** `weights[output * width + k]`, of `one`, belongs to the input `start[output] + k`. */
  readonly weights: Int32Array;
  readonly width: number;
  /** The input positions in use: `[first, last)`. */
  readonly first: number;
  readonly last: number;
}

function triangleFilter(inputs: number, resized: number, offset: number, outputs: number): Filter {
  const scale = inputs / resized;
  const support = Math.max(1, scale);
  const width = 2 * Math.ceil(support) + 1;
  const start = new Int32Array(outputs);
  const count = new Int32Array(outputs);
  const weights = new Int32Array(outputs * width);
  const triangle = new Float64Array(width);
  let first = inputs;
  let last = 0;
  for (let output = 0; output < outputs; output++) {
    const position = offset + output;
    if (position < 0 || position >= resized) continue;
    const centre = (position + 0.5) * scale;
    const from = Math.max(0, Math.ceil(centre - support - 0.5));
    const to = Math.min(inputs, Math.floor(centre + support - 0.5) + 1);
    let sum = 0;
    for (let input = from; input < to; input++) {
      const weight = Math.max(0, 1 - Math.abs(input + 0.5 - centre) / support);
      triangle[input - from] = weight;
      sum += weight;
    }
    for (let k = 0; k < to - from; k++) {
      weights[output * width + k] = Math.round(((triangle[k] ?? 0) / sum) * one);
    }
    start[output] = from;
    count[output] = to - from;
    first = Math.min(first, from);
    last = Math.max(last, to);
  }
  return { start, count, weights, width, first, last };
}

function filterRow(
  data: Uint8Array,
  source: number,
  filter: Filter,
  flip: boolean,
  target: Uint8Array,
  at: number,
): void {
  const { start, count, weights, width } = filter;
  const outputs = start.length;
  for (let output = 0; output < outputs; output++) {
    const n = count[output] ?? 0;
    let from = source + (start[output] ?? 0) * 3;
    let red = half;
    let green = half;
    let blue = half;
    for (let k = output * width; k < output * width + n; k++, from += 3) {
      const weight = weights[k] ?? 0;
      red += Math.imul(weight, data[from] ?? 0);
      green += Math.imul(weight, data[from + 1] ?? 0);
      blue += Math.imul(weight, data[from + 2] ?? 0);
    }
    const to = at + (flip ? outputs - 1 - output : output) * 3;
    target[to] = red >> 22;
    target[to + 1] = green >> 22;
    target[to + 2] = blue >> 22;
  }
}

function filterColumns(
  narrow: Uint8Array,
  start: number,
  rows: Filter,
  row: number,
  target: Uint8Array,
): void {
  const stride = target.length;
  const first = row * rows.width;
  const last = first + (rows.count[row] ?? 0);
  const { weights } = rows;
  for (let i = 0; i < stride; i++) {
    let sum = half;
    for (let k = first, from = start + i; k < last; k++, from += stride) {
      sum += Math.imul(weights[k] ?? 0, narrow[from] ?? 0);
    }
    target[i] = sum >> 22;
  }
}
