import { requireFloat, requireNumbers } from '../dtypes.js';
import { emitUnderOwnName } from '../emit-under-own-name.js';
import type { Attributes, Primitive, Value } from '../operator.js';
import type { SampleInput } from '../sample.js';

/** An elementwise operator of one input, written as its function and its derivative. */
export function unary<A extends Attributes>(definition: {
  name: string;
  doc: string;
  /** What x must be of; floats unless given. */
  operand?: 'numbers';
  evaluate(x: number, attributes: A): number;
  /** Gradient with respect to x, given x, y and dy. */
  gradient(x: Value, y: Value, dy: Value, attributes: A): Value;
  /** How it is written; as the ONNX operator of its name unless given. */
  emit?: Primitive<A, 1, 1>['emit'];
  /** Where the samples are drawn from, and the points at which the function has no derivative. */
  domain: Pick<SampleInput, 'range' | 'kinks'>;
  samples: readonly A[];
}): Primitive<A, 1, 1> {
  const requireOperand = definition.operand === 'numbers' ? requireNumbers : requireFloat;
  return {
    kind: 'primitive',
    name: definition.name,
    doc: definition.doc,
    infer: ([x]) => {
      requireOperand(definition.name, 'its operand', x);
      return [x];
    },
    gradient: ({ inputs: [x], outputs: [y], gradients: [dy], attributes }) => [
      () => definition.gradient(x, y, dy, attributes),
    ],
    evaluate: ([x], attributes) => [x.data.map((element) => definition.evaluate(element, attributes))],
    emit: definition.emit ?? emitUnderOwnName,
    elementwise: true,
    samples: definition.samples.flatMap((attributes) => [
      { inputs: [{ shape: [3, 4], ...definition.domain }], attributes },
      { inputs: [{ shape: [], ...definition.domain }], attributes },
    ]),
  };
}
