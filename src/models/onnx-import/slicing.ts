import { at } from '../../errors.js';
import { gather } from '../../graph/operators/gather.js';
import { pad } from '../../graph/operators/pad.js';
import { slice } from '../../graph/operators/slice.js';
import type { Value } from '../../graph/value.js';
import { int64 } from './constants.js';
import type { NodeReader } from './node-reader.js';

/** Elements of an axis that are listed one by one. */
const MAXIMUM_LISTED = 2 ** 22;

/** Bounds are attributes up to operator set 9, then inputs; they may count from the end, and lie outside. */
export function sliced(node: NodeReader): Value {
  const x = node.value(0);
  const starts = node.intsOrInput('starts', 1);
  const ends = node.intsOrInput('ends', 2);
  const axes = node.optionalIntsOrInput('axes', 3) ?? [...starts.keys()];
  const steps = node.optionalNumbers(4) ?? starts.map(() => 1);
  if ([starts, ends, steps].some(({ length }) => length !== axes.length))
    throw node.invalid(
      `has ${starts.length} starts, ${ends.length} ends and ${steps.length} steps of ${axes.length} axes`,
    );
  return axes.reduce((y, given, i) => {
    const axis = node.axis(given, x.shape.length);
    const size = at(y.shape, axis);
    const step = at(steps, i);
    if (step === 0) throw node.invalid('has step 0');
    const clamp = (bound: number) => {
      const place = bound < 0 ? bound + size : bound;
      return step > 0 ? Math.min(Math.max(place, 0), size) : Math.min(Math.max(place, -1), size - 1);
    };
    const [start, end] = [clamp(at(starts, i)), clamp(at(ends, i))];
    const isEmpty = step > 0 ? start >= end : start <= end;
    // Sizes of nothing, which no map has.
    if (isEmpty && y.origin.kind === 'constant') return gather(y, int64([]), axis);
    if (step > 0) return slice(y, axis, start, end, step);
    const count = Math.max(0, Math.ceil((end - start) / step));
    if (count > MAXIMUM_LISTED) throw node.invalid(`takes ${count} elements backwards`);
    return gather(y, int64(Array.from({ length: count }, (_, k) => start + k * step)), axis);
  }, x);
}

/** How much is added before each axis, and after each; from operator set 18 on, a node may list the axes that it means. */
function padsOfAllAxes(node: NodeReader, rank: number): number[] {
  const given = node.intsOrInput('pads', 1);
  const axes = node.optionalNumbers(3)?.map((axis) => node.axis(axis, rank));
  if (axes === undefined) return given;
  if (given.length !== 2 * axes.length) throw node.invalid(`pads ${axes.length} axes by [${given}]`);
  const pads = Array.from({ length: 2 * rank }, () => 0);
  for (const [i, axis] of axes.entries()) {
    pads[axis] = at(given, i);
    pads[rank + axis] = at(given, axes.length + i);
  }
  return pads;
}

/** Constant padding, or a mirror image or the last pixel repeated, axis by axis. */
export function padded(node: NodeReader): Value {
  const x = node.value(0);
  const rank = x.shape.length;
  const pads = padsOfAllAxes(node, rank);
  const mode = node.text('mode', 'constant');
  if (pads.length !== 2 * rank || pads.some((n) => n < 0)) throw node.unsupported(`pads by [${pads}]`);
  const [before, after] = [pads.slice(0, rank), pads.slice(rank)];
  if (mode === 'constant') return pad(x, before, after, node.optionalNumber(2) ?? node.float('value', 0));
  if (mode !== 'reflect' && mode !== 'edge') throw node.unsupported(`has mode ${mode}`);
  return x.shape.reduce((y, size, axis) => {
    const [left, right] = [at(before, axis), at(after, axis)];
    if (left + right === 0) return y;
    if (mode === 'reflect' && Math.max(left, right) >= size)
      throw node.invalid(`reflects ${Math.max(left, right)} of ${size} elements`);
    if (left + right > MAXIMUM_LISTED) throw node.invalid(`pads by [${pads}]`);
    const mirror = (place: number) => (place < 0 ? -place : place >= size ? 2 * (size - 1) - place : place);
    const nearest = (place: number) => Math.min(Math.max(place, 0), size - 1);
    const pick = mode === 'reflect' ? mirror : nearest;
    return gather(y, int64(Array.from({ length: left + size + right }, (_, i) => pick(i - left))), axis);
  }, x);
}
