import { broadcastReader, broadcastShapes } from '../broadcast.js';
import { emitDirectly, type Gradient, type Primitive, type SampleInput } from '../operator.js';
import { type DType, sizeOf } from '../tensor.js';
import type { Value } from '../value.js';

type Domain = Pick<SampleInput, 'range' | 'kinks' | 'distinct'>;

/** An elementwise operator of two inputs that broadcast to each other. */
export function binary(definition: {
  name: string;
  doc: string;
  /** The inputs' element type; float32 unless given. */
  operand?: DType;
  /** The result's element type; the inputs' own unless given. */
  result?: DType;
  evaluate(a: number, b: number): number;
  /** Gradients with respect to a and b, of the result's shape. */
  gradient(a: Value, b: Value, y: Value, dy: Value): readonly Gradient[];
  domain?: Domain;
  domainB?: Domain;
}): Primitive<Record<never, never>, 2, 1> {
  const a = definition.domain ?? {};
  const b = definition.domainB ?? a;
  const shapes: readonly (readonly [number[], number[]])[] = [
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
  return {
    kind: 'primitive',
    name: definition.name,
    doc: definition.doc,
    infer: ([a, b]) => [
      { dtype: definition.result ?? a.dtype, shape: broadcastShapes(definition.name, a.shape, b.shape) },
    ],
    gradient: ({ inputs: [a, b], outputs: [y], gradients: [dy] }) =>
      dy === undefined ? [] : definition.gradient(a, b, y, dy),
    evaluate: ([a, b], _attributes, [y]) => {
      const left = broadcastReader(a, y.shape);
      const right = broadcastReader(b, y.shape);
      return [new Float64Array(sizeOf(y.shape)).map((_, i) => definition.evaluate(left(i), right(i)))];
    },
    emit: emitDirectly,
    samples: shapes.map(([left, right]) => ({
      inputs: [sampleInput(left, a, definition.operand), sampleInput(right, b, definition.operand)],
      attributes: {},
    })),
  };
}

function sampleInput(shape: number[], domain: Domain, dtype: DType = 'float32'): SampleInput {
  if (dtype === 'float32') return { shape, ...domain };
  return {
    shape,
    dtype,
    values: Array.from({ length: sizeOf(shape) }, (_, i) => ((i + shape.length) % 3) % 2),
  };
}
