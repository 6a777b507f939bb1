import { at } from '../errors.js';
import { equal } from '../graph/operators/equal.js';
import { maxPool } from '../graph/operators/max-pool.js';
import type { MaxPoolGradient } from '../graph/operators/max-pool-gradient.js';
import type { PoolAttributes } from '../graph/operators/pool-geometry.js';
import { reshape } from '../graph/operators/reshape.js';
import { where } from '../graph/operators/where.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { gatherGradient } from './gather-gradient.js';
import type { LoweringOf } from './lowering.js';
import { type PoolWindows, spreadTaps, tapsOf, windowsOf } from './pool-windows.js';

/** The gradient of picking by offset; WebGPU's MaxPool returns no offsets, and adding at places has no order there. */
export const maxPoolGradient: LoweringOf<typeof MaxPoolGradient> = {
  lower([x, y, offsets, dy], attributes, target) {
    if (target.device === 'webgpu') return [byEquality(x, y, dy, attributes)];
    const picked = [sizeOf(y.shape)];
    const flat = { axis: 0, shape: [sizeOf(x.shape)] };
    const [dx] = gatherGradient.lower([reshape(dy, picked), reshape(offsets, picked)], flat, target);
    return [reshape(dx, x.shape)];
  },
};

/**
 * The maximum of a window is that of its rows' maxima, so the gradient goes to a row, and in the row to a column: kh + kw
 * places are looked at, not kh kw. The first equal row and, in it, the first equal column are the first equal element.
 */
function byEquality(x: Value, y: Value, dy: Value, attributes: PoolAttributes): Value {
  const rowMaxima = maximaOfRows(x, attributes);
  const toRows = alongAxis(rowMaxima, y, dy, windowsOf(attributes, y.shape, 2));
  return alongAxis(x, rowMaxima, toRows, windowsOf(attributes, y.shape, 3));
}

/** [N,C,H,W'], of which the maxima along the other axis are the pooling's. */
export function maximaOfRows(x: Value, { kernel, strides, pads, ceil }: PoolAttributes): Value {
  const alone = { kernel: [1, at(kernel, 1)], strides: [1, at(strides, 1)] };
  return maxPool(x, { ...alone, pads: [0, at(pads, 1), 0, at(pads, 3)], ceil });
}

/** Less than any element of x, or as little. */
export const LOWEST = -(2 - 2 ** -23) * 2 ** 127;

/** Adds each dy to the first element of its window that equals the window's y. */
function alongAxis(x: Value, y: Value, dy: Value, windows: PoolWindows): Value {
  let rest = dy;
  const taps = tapsOf(x, windows, LOWEST).map((tap) => {
    const isFirst = equal(tap, y);
    const taken = where(isFirst, rest, 0);
    rest = where(isFirst, 0, rest);
    return taken;
  });
  return spreadTaps(taps, windows, at(x.shape, windows.axis));
}
