import { AdarandError } from '../../errors.js';
import { offsets, stridesOf } from '../broadcast.js';
import type { Primitive } from '../operator.js';
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
    const size = x.shape[axis] ?? 0;
    if (step < 1 || start < 0 || end > size || start >= end)
      throw new AdarandError(
        'graph.shape',
        `Slice: ${start}:${end}:${step} does not fit axis ${axis} of [${x.shape}]`,
      );
    return [
      { dtype: x.dtype, shape: x.shape.map((d, i) => (i === axis ? Math.ceil((end - start) / step) : d)) },
    ];
  },
  gradient: ({ inputs: [x], attributes: { axis, start, step }, gradients: [dy] }) => [
    dy &&
      (() => {
        const size = x.shape[axis] ?? 0;
        const spread = dilate(dy, axis, step);
        const before = x.shape.map((_, i) => (i === axis ? start : 0));
        const after = x.shape.map((_, i) => (i === axis ? size - start - (spread.shape[axis] ?? 0) : 0));
        return pad(spread, before, after);
      }),
  ],
  evaluate: ([x], { axis, start, step }, [y]) => {
    const strides = stridesOf(x.shape);
    const along = strides[axis] ?? 0;
    const from = offsets(
      y.shape,
      strides.map((s, i) => (i === axis ? s * step : s)),
      start * along,
    );
    return [Float64Array.from(from, (offset) => x.data[offset] ?? 0)];
  },
  emit: (e, [x = ''], { inputs: [from], attributes: { axis, start, end, step } }) => {
    // An open end stays open in the file, so that a model reads maps of other sizes too.
    const last = end === from?.shape[Number(axis)] ? Number.MAX_SAFE_INTEGER : Number(end);
    return e.op('Slice', [
      x,
      e.int64([Number(start)]),
      e.int64([last]),
      e.int64([Number(axis)]),
      e.int64([Number(step)]),
    ]);
  },
  samples: [
    { inputs: [{ shape: [3, 5] }], attributes: { axis: 1, start: 1, end: 4, step: 1 } },
    { inputs: [{ shape: [5, 2] }], attributes: { axis: 0, start: 0, end: 5, step: 2 } },
    { inputs: [{ shape: [2, 6] }], attributes: { axis: 1, start: 1, end: 6, step: 2 } },
  ],
};

export const slice = (x: Value, axis: number, start: number, end: number, step = 1): Value =>
  start === 0 && end === x.shape[axis] && step === 1 ? x : apply(Slice, [x], { axis, start, end, step })[0];

/** Puts step - 1 zeros between neighbours along an axis. */
function dilate(x: Value, axis: number, step: number): Value {
  if (step === 1) return x;
  const size = x.shape[axis] ?? 0;
  const split = reshape(
    x,
    x.shape.flatMap((d, i) => (i === axis ? [d, 1] : [d])),
  );
  const none = split.shape.map(() => 0);
  const padded = pad(split, none, none.with(axis + 1, step - 1));
  return slice(reshape(padded, x.shape.with(axis, size * step)), axis, 0, (size - 1) * step + 1);
}
