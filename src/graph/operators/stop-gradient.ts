import { noGradient, type Primitive } from '../operator.js';
import { apply, type Value } from '../value.js';

/** Writes no node at all. (Its sample is of integers, since differences would see the gradient that it stops.) */
export const StopGradient: Primitive<Record<never, never>, 1, 1> = {
  kind: 'primitive',
  name: 'StopGradient',
  doc: 'x, as a constant to differentiation.',
  infer: ([x]) => [x],
  gradient: () => [noGradient],
  evaluate: ([x]) => [x.data],
  emit: (_emitter, inputs) => inputs,
  samples: [{ inputs: [{ shape: [3], dtype: 'int32', values: [1, 2, 3] }], attributes: {} }],
};

/** x, as a constant to differentiation: no gradient passes. @throws AdarandError `graph.operand`. */
export const stopGradient = (x: Value): Value => apply(StopGradient, [x], {})[0];
