import { at } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { concat } from '../graph/operators/concat.js';
import { pad } from '../graph/operators/pad.js';
import type { PoolAttributes } from '../graph/operators/pool-geometry.js';
import { reshape } from '../graph/operators/reshape.js';
import { slice } from '../graph/operators/slice.js';
import type { Shape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';

/** Windows of `kernel` elements along one axis of a map, `stride` apart, the first of which begins `before` elements before it. */
export interface PoolWindows {
  readonly axis: number;
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly count: number;
}

/** The windows of a pooling to y [N,C,H',W'] along the axis 2 or 3. */
export function windowsOf({ kernel, strides, pads }: PoolAttributes, y: Shape, axis: 2 | 3): PoolWindows {
  const spatial = axis - 2;
  return {
    axis,
    kernel: at(kernel, spatial),
    stride: at(strides, spatial),
    before: at(pads, spatial),
    count: at(y, axis),
  };
}

/** For each place u in a window, the elements that all windows have there; what is outside x is `value`. */
export function tapsOf(x: Value, windows: PoolWindows, value: number): Value[] {
  const { axis, kernel, stride, before, count } = windows;
  const span = (count - 1) * stride + 1;
  const none = x.shape.map(() => 0);
  const after = Math.max(0, span + kernel - 1 - before - at(x.shape, axis));
  const padded = pad(x, none.with(axis, before), none.with(axis, after), value);
  return Array.from({ length: kernel }, (_, u) => slice(padded, axis, u, u + span, stride));
}

/**
 * The adjoint of `tapsOf`: for each place u in a window, numbers that are added where all windows have it, into a map of
 * `size` elements along the axis. Places u = q stride + p of one phase p meet elements i stride + p, so each phase is a sum
 * of taps that are moved by q; the phases are woven together.
 */
export function spreadTaps(taps: readonly Value[], windows: PoolWindows, size: number): Value {
  const { axis, kernel, stride, before, count } = windows;
  const length = Math.max(Math.ceil((before + size) / stride), count + Math.floor((kernel - 1) / stride));
  const { shape } = at(taps, 0);
  const none = shape.map(() => 0);
  const moved = taps.map((tap, u) => {
    const q = Math.floor(u / stride);
    return pad(tap, none.with(axis, q), none.with(axis, length - count - q));
  });
  const phases = Array.from({ length: Math.min(stride, kernel) }, (_, p) =>
    moved.filter((_, u) => u % stride === p).reduce((sum, each) => add(sum, each)),
  );
  const places = [...shape.slice(0, axis), length, 1, ...shape.slice(axis + 1)];
  const woven = concat(
    phases.map((phase) => reshape(phase, places)),
    axis + 1,
  );
  // Elements between the windows, where these are smaller than the stride.
  const rest = places.map(() => 0);
  const whole = pad(woven, rest, rest.with(axis + 1, stride - phases.length));
  return slice(reshape(whole, shape.with(axis, length * stride)), axis, before, before + size);
}
