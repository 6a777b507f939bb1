import { broadcastReader, broadcastShapes } from '../broadcast.js';
import { requireBools, requireNumbers, requireSameDType } from '../dtypes.js';
import { emitUnderOwnName } from '../emit-under-own-name.js';
import type { Gradient, Primitive, Value } from '../operator.js';
import type { SampleInput } from '../sample.js';
import { type DType, sizeOf, type TensorType } from '../tensor.js';

type Domain = Pick<SampleInput, 'range' | 'kinks' | 'distinct'>;

/** An elementwise operator of two inputs that broadcast to each other. */
export function binary(definition: {
  name: string;
  doc: string;
  /** What both operands must be of; numbers of any one type unless given. */
  operands?: 'bools' | 'any';
  /** The result's element type; the operands' own unless given. */
  result?: DType;
  evaluate(a: number, b: number): number;
  /** Gradients with respect to a and b, of the result's shape. */
  gradient(a: Value, b: Value, y: Value, dy: Value): readonly [Gradient, Gradient];
  domain?: Domain;
  domainB?: Domain;
}): Primitive<Record<never, never>, 2, 1> {
  const { name, operands, domain = {} } = definition;
  const sampled = operands === 'bools' ? boolSample : floatSample;
  return {
    kind: 'primitive',
    name,
    doc: definition.doc,
    infer: ([a, b]) => {
      requireSameDType(name, [a, b]);
      requireOperand(a);
      return [{ dtype: definition.result ?? a.dtype, shape: broadcastShapes(name, a.shape, b.shape) }];
    },
    gradient: ({ inputs: [a, b], outputs: [y], gradients: [dy] }) => definition.gradient(a, b, y, dy),
    evaluate: ([a, b], _attributes, [y]) => {
      const left = broadcastReader(a, y.shape);
      const right = broadcastReader(b, y.shape);
      return [new Float64Array(sizeOf(y.shape)).map((_, i) => definition.evaluate(left(i), right(i)))];
    },
    emit: emitUnderOwnName,
    elementwise: true,
    samples: sampleShapes.map(([left, right]) => ({
      inputs: [sampled(left, domain), sampled(right, definition.domainB ?? domain)],
      attributes: {},
    })),
  };

  function requireOperand(type: TensorType): void {
    if (operands === 'bools') requireBools(name, 'its first operand', type);
    if (operands === undefined) requireNumbers(name, 'its first operand', type);
  }
}

const sampleShapes: readonly (readonly [number[], number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [[4], [2, 3, 1]],
  [[], [3]],
];

function floatSample(shape: number[], domain: Domain): SampleInput {
  return { shape, ...domain };
}

function boolSample(shape: number[]): SampleInput {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => ((i + shape.length) % 3) % 2);
  return { shape, dtype: 'bool', values };
}
