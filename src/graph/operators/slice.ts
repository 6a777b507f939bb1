import { AdarandError, at } from '../../errors.js';
import { normalizeAxis, requireAxis } from '../axis.js';
import { offsets, stridesOf } from '../broadcast.js';
import type { Primitive } from '../operator.js';
import { requireValues } from '../require-values.js';
import { elementAt } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { pad } from './pad.js';
import { reshape } from './reshape.js';

type SliceAttributes = {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
};

export const Slice: Primitive<SliceAttributes, 1, 1> = {
  kind: 'primitive',
  name: 'Slice',
  doc: 'Every step-th element from start up to end, along one axis.',
  infer: ([x], { axis, start, end, step }) => {
    requireAxis('Slice', axis, x.shape);
    const size = at(x.shape, axis);
    const whole = [start, end, step].every(Number.isInteger);
    if (!whole || step < 1 || start < 0 || end > size || start >= end)
      throw new AdarandError(
        'graph.shape',
        `Slice: ${start}:${end}:${step} does not fit axis ${axis} of [${x.shape}]`,
        `Start and end are whole numbers with 0 <= start < end <= ${size}, and the step is at least 1.`,
      );
    return [{ dtype: x.dtype, shape: x.shape.with(axis, Math.ceil((end - start) / step)) }];
  },
  gradient: ({ inputs: [x], attributes: { axis, start, step }, gradients: [dy] }) => [
    () => {
      const spread = dilate(dy, axis, step);
      const none = x.shape.map(() => 0);
      const rest = at(x.shape, axis) - start - at(spread.shape, axis);
      return pad(spread, none.with(axis, start), none.with(axis, rest));
    },
  ],
  evaluate: ([x], { axis, start, step }, [y]) => {
    const strides = stridesOf(x.shape);
    const along = at(strides, axis);
    const from = offsets(y.shape, strides.with(axis, along * step), start * along);
    return [Float64Array.from(from, (offset) => elementAt(x.data, offset))];
  },
  emit: (e, [x], { inputs: [{ shape }], attributes: { axis, start, end, step } }) => {
    // An open end stays open in the file, so that a model reads maps of other sizes too.
    const last = end === at(shape, axis) ? Number.MAX_SAFE_INTEGER : end;
    return e.op('Slice', [x, e.int64([start]), e.int64([last]), e.int64([axis]), e.int64([step])]);
  },
  samples: [
    { inputs: [{ shape: [3, 5] }], attributes: { axis: 1, start: 1, end: 4, step: 1 } },
    { inputs: [{ shape: [5, 2] }], attributes: { axis: 0, start: 0, end: 5, step: 2 } },
    { inputs: [{ shape: [2, 6] }], attributes: { axis: 1, start: 1, end: 6, step: 2 } },
  ],
};

/**
 * Every `step`-th element of x from `start` up to, not including, `end`, along an axis; neither counts from the end.
 *
 * @throws AdarandError `graph.operand`, `graph.shape`.
 */
export function slice(x: Value, axis: number, start: number, end: number, step = 1): Value {
  requireValues('Slice', [x]);
  const along = normalizeAxis(axis, x.shape.length);
  return start === 0 && end === x.shape[along] && step === 1
    ? x
    : apply(Slice, [x], { axis: along, start, end, step })[0];
}

/** Puts step - 1 zeros between neighbours along an axis. */
function dilate(x: Value, axis: number, step: number): Value {
  if (step === 1) return x;
  const size = at(x.shape, axis);
  const apart = reshape(x, x.shape.toSpliced(axis + 1, 0, 1));
  const none = apart.shape.map(() => 0);
  const padded = pad(apart, none, none.with(axis + 1, step - 1));
  return slice(reshape(padded, x.shape.with(axis, size * step)), axis, 0, (size - 1) * step + 1);
}
