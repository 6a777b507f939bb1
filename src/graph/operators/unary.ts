import { type Emitter, emitDirectly, type Primitive, type SampleInput } from '../operator.js';
import type { Attributes, Node, Value } from '../value.js';

/** An elementwise operator of one input, written as its function and its derivative. */
export function unary<A extends Attributes>(definition: {
  name: string;
  doc: string;
  evaluate(x: number, attributes: A): number;
  /** Gradient with respect to x, given x, y and dy. */
  gradient(x: Value, y: Value, dy: Value, attributes: A): Value;
  emit?(emitter: Emitter, inputs: readonly string[], node: Node): readonly string[];
  /** Where the samples are drawn from, and the points at which the function has no derivative. */
  domain: Pick<SampleInput, 'range' | 'kinks'>;
  samples: readonly A[];
}): Primitive<A, 1, 1> {
  return {
    kind: 'primitive',
    name: definition.name,
    doc: definition.doc,
    infer: ([x]) => [x],
    gradient: ({ inputs: [x], outputs: [y], gradients: [dy], attributes }) => [
      dy && (() => definition.gradient(x, y, dy, attributes)),
    ],
    evaluate: ([x], attributes) => [x.data.map((element) => definition.evaluate(element, attributes))],
    emit: definition.emit ?? emitDirectly,
    samples: definition.samples.flatMap((attributes) => [
      { inputs: [{ shape: [3, 4], ...definition.domain }], attributes },
      { inputs: [{ shape: [], ...definition.domain }], attributes },
    ]),
  };
}
