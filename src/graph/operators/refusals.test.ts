import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { AdarandError, at } from '../../errors.js';
import { interpret } from '../interpret.js';
import type { Attributes } from '../operator.js';
import { type DType, type Shape, sizeOf, type TensorType } from '../tensor.js';
import { apply, input } from '../value.js';
import { type OperatorName, operators } from './index.js';

/** Operands that an operator must refuse, under the attributes of its first sample but for `but`. */
interface Refusal {
  readonly inputs: readonly TensorType[];
  readonly code: 'graph.shape' | 'graph.dtype';
  /** Part of the message. */
  readonly says: RegExp;
  readonly but?: Attributes;
}

const typed =
  (dtype: DType) =>
  (...shape: Shape): TensorType => ({ dtype, shape });
const f = typed('float32');
const i = typed('int32');
const b = typed('bool');

function shape(inputs: readonly TensorType[], says: RegExp, but: Attributes = {}): Refusal {
  return { inputs, code: 'graph.shape', says, but };
}

function dtype(inputs: readonly TensorType[], says: RegExp, but: Attributes = {}): Refusal {
  return { inputs, code: 'graph.dtype', says, but };
}

const floatsOnly = [dtype([i(3)], /is of int32, not of float32/)];
const numbersOnly = [dtype([b(3)], /is of bool, not of a number type/)];
const pairs = [
  shape([f(2, 3), f(2)], /\[2,3\] and \[2\] do not broadcast/),
  dtype([f(3), i(3)], /are of float32 and int32/),
];
const numberPairs = [...pairs, dtype([b(3), b(3)], /first operand is of bool/)];
const rows = [
  ...floatsOnly,
  shape([f()], /is not of one or more axes/, { axis: 0 }),
  shape([f(2, 3)], /axis 0 is not the last/, { axis: 0 }),
];
const reductions = [
  ...numbersOnly,
  shape([f(2, 3)], /\[2,3\] has no axis 2/, { axes: [2] }),
  shape([f(2, 3)], /has no axis -1/, { axes: [-1] }),
  shape([f(2, 3)], /name one twice/, { axes: [0, 0] }),
];
const pools = [
  dtype([i(1, 2, 6, 6)], /x is of int32/),
  shape([f(2, 6, 6)], /x \[2,6,6\] is not of four axes/),
  shape([f(1, 2, 6, 6)], /kernel \[2\] is not two whole numbers/, { kernel: [2] }),
  shape([f(1, 2, 6, 6)], /strides \[2,2,2\] is not two/, { strides: [2, 2, 2] }),
  shape([f(1, 2, 6, 6)], /pads \[0,0\] is not four/, { pads: [0, 0] }),
  shape([f(1, 2, 6, 6)], /0 apart/, { strides: [0, 1] }),
  shape([f(1, 2, 6, 6)], /must be smaller than|around windows of 2/, { pads: [2, 0, 0, 0] }),
  shape([f(1, 2, 6, 6)], /a window of 7 does not fit a map of 6/, { kernel: [7, 7] }),
];
const pooledGradient = (dy: TensorType) => [f(1, 1, 3, 4), f(1, 1, 2, 2), i(1, 1, 2, 2), dy];
const channels = [f(2, 3, 4, 4), f(3), f(3)];
const image = f(2, 3, 5, 4);
const convolved = f(2, 4, 5, 4);
const kernels = f(4, 3, 1, 1);

/** What operators refuse; an operator that is not here takes floats of any shape, and nothing else. */
const refusals: Readonly<Partial<Record<OperatorName, readonly Refusal[]>>> = {
  Abs: numbersOnly,
  Add: numberPairs,
  And: [dtype([f(3), f(3)], /is of float32, not of bool/), shape([b(2), b(3)], /broadcast/)],
  AveragePool: pools,
  BatchNormalization: [
    shape([...channels, f(3), f(4)], /variance is \[4\], for an x of 3 channels/),
    shape([f(2, 3), f(3), f(3), f(3), f(3)], /x \[2,3\] is not of four axes/),
    dtype([...channels, i(3), f(3)], /mean is of int32/),
  ],
  BatchNormGradient: [
    shape([f(2, 3, 4, 5), ...channels, f(3)], /dy is \[2,3,4,5\]/),
    shape([f(2, 3, 4, 4), ...channels, f(1)], /variance is \[1\]/),
    dtype([i(2, 3, 4, 4), ...channels, f(3)], /dy is of int32/),
  ],
  BatchNormTraining: [
    shape([f(2, 3, 4, 4), f(2), f(3)], /scale is \[2\]/),
    shape([f(2, 3, 4, 4), f(3), f(1, 3)], /bias is \[1,3\]/),
    dtype([f(2, 3, 4, 4), f(3), i(3)], /bias is of int32/),
  ],
  Cast: [dtype([f(3)], /no element type float64/, { to: 'float64' })],
  Concat: [
    shape([], /nothing to join/),
    shape([f(2, 3), f(3, 3)], /\[3,3\] does not join \[2,3\] along axis 1/),
    shape([f(2, 3), f(2)], /does not join/),
    shape([f(2, 3), f(2, 3)], /has no axis 2/, { axis: 2 }),
    dtype([f(2, 3), i(2, 3)], /are of float32 and int32/),
  ],
  Conv: [
    shape([image, f(4, 2, 1, 1)], /do not fit with 1 groups/),
    shape([image, f(4, 3, 1)], /w \[4,3,1\] is not of four axes/),
    shape([image, f(4, 3, 7, 7)], /a kernel of 7 does not fit a map of 5/),
    shape([image, kernels, f(3)], /bias is \[3\], for 4 filters/),
    shape([image], /x and w, and perhaps a bias/),
    shape([image, kernels], /strides \[1\] is not two/, { strides: [1] }),
    shape([image, kernels], /dilations \[1,1,1\] is not two/, { dilations: [1, 1, 1] }),
    shape([image, kernels], /pads \[1,1\] is not four/, { pads: [1, 1] }),
    shape([image, kernels], /are negative/, { pads: [0, 0, -1, 0] }),
    shape([image, kernels], /a stride of 0/, { strides: [0, 1] }),
    dtype([i(2, 3, 5, 4), kernels], /x is of int32/),
    dtype([image, kernels, i(4)], /bias is of int32/),
  ],
  ConvInputGradient: [
    shape([f(2, 4, 5, 5), kernels], /makes \[2,4,5,4\], not \[2,4,5,5\]/),
    dtype([convolved, i(4, 3, 1, 1)], /w is of int32/),
  ],
  ConvTranspose: [
    shape([f(2, 4, 4, 4), kernels], /makes \[2,4,5,4\], not \[2,4,4,4\]/),
    shape([convolved, kernels], /size \[5\] is not two whole numbers/, { size: [5] }),
    dtype([i(2, 4, 5, 4), kernels], /x is of int32/),
  ],
  ConvWeightGradient: [
    shape([image, f(2, 5, 5, 4)], /makes \[2,4,5,4\], not \[2,5,5,4\]/),
    dtype([image, i(2, 4, 5, 4)], /dy is of int32/),
  ],
  DeterminantSign: [...floatsOnly, shape([f(2, 3)], /not a square/), shape([f(4)], /not a matrix/)],
  Div: numberPairs,
  Equal: pairs,
  Expand: [
    shape([f(2, 3)], /\[2,3\] and \[2,4\] do not broadcast/, { shape: [2, 4] }),
    shape([f(1)], /-1/, { shape: [-1] }),
  ],
  Gather: [
    dtype([f(4, 3), f(2)], /second operand is of float32, not of int32 or int64/),
    shape([f(4, 3), i(2)], /has no axis 2/, { axis: 2 }),
    shape([f(), i(2)], /has no axis 0/),
  ],
  GatherGradient: [
    dtype([f(5, 3), f(5)], /second operand is of float32/),
    shape([f(4, 3), i(5)], /is \[5,3\], not \[4,3\]/),
    shape([f(5, 3), i(5)], /has no axis 2/, { axis: 2 }),
  ],
  GeluGradient: [
    shape([f(2, 3), f(3, 2)], /a gradient \[3,2\] is not one of values \[2,3\]/),
    dtype([i(2), f(2)], /first operand is of int32/),
    dtype([f(2), i(2)], /second operand is of int32/),
  ],
  Greater: numberPairs,
  LayerNormalization: [...floatsOnly, shape([f()], /not of one or more axes/)],
  Less: numberPairs,
  LogSoftmax: rows,
  MatMul: [
    shape([f(2, 3), f(2, 4)], /\[2,3\] and \[2,4\] do not multiply/),
    shape([f(3), f(3, 4)], /\[3\] is not of two or more axes/),
    shape([f(2, 2, 3), f(3, 3, 4)], /do not broadcast/),
    dtype([f(2, 3), i(3, 4)], /second operand is of int32/),
  ],
  Max: numberPairs,
  MaxPool: pools,
  MaxPoolGradient: [
    shape(pooledGradient(f(1, 1, 3, 3)), /the maxima of \[1,1,3,4\] are \[1,1,2,2\], not \[1,1,3,3\]/),
    dtype(pooledGradient(i(1, 1, 2, 2)), /dy is of int32/),
    dtype([f(1, 1, 3, 4), f(1, 1, 2, 2), f(1, 1, 2, 2), f(1, 1, 2, 2)], /third operand is of float32/),
  ],
  Min: numberPairs,
  Mul: numberPairs,
  Neg: numbersOnly,
  Pad: [
    shape([f(2, 3, 4)], /\[0,1\] before/),
    shape([f(2, 3)], /none negative|\[-1,0\] before/, { before: [-1, 0] }),
    dtype([i(2, 3)], /is of int32/),
  ],
  Pow: numberPairs,
  ReduceMax: reductions,
  ReduceMean: reductions,
  ReduceSum: reductions,
  Reshape: [
    shape([f(2, 5)], /\[2,5\] does not have as many elements as \[3,4\]/),
    shape([f(2, 6)], /\[-3,-4\]/, { shape: [-3, -4] }),
  ],
  ScatterAdd: [
    dtype([f(5), f(4), f(4)], /second operand is of float32/),
    dtype([f(5), i(4), i(4)], /are of float32 and int32/),
    dtype([b(5), i(4), b(4)], /first operand is of bool/),
    shape([f(5), i(4), f(3)], /indices \[4\] and updates \[3\]/),
    shape([f(5, 2), i(4, 3), f(4, 3)], /into \[5,2\]/),
    shape([f(5), i(4), f(4)], /has no axis 1/, { axis: 1 }),
  ],
  Slice: [
    shape([f(3, 5)], /1:6:1 does not fit axis 1 of \[3,5\]/, { end: 6 }),
    shape([f(3, 5)], /1:4:0/, { step: 0 }),
    shape([f(3, 5)], /4:4:1/, { start: 4 }),
    shape([f(3, 5)], /1.5:4:1/, { start: 1.5 }),
    shape([f(3, 5)], /has no axis 2/, { axis: 2 }),
  ],
  Softmax: rows,
  Split: [
    shape([f(2, 7)], /pieces of \[1,3,2\] do not make up axis 1 of \[2,7\]/),
    shape([f(2, 6)], /\[-1,7\]/, { sizes: [-1, 7] }),
    shape([f(2)], /has no axis 1/),
  ],
  StopGradient: [],
  Sub: numberPairs,
  Transpose: [
    shape([f(2, 3, 4)], /\[1,0\] is not an order of the axes of \[2,3,4\]/),
    shape([f(2, 3)], /\[0,0\] is not an order/, { perm: [0, 0] }),
    shape([f(2, 3)], /\[0,2\] is not an order/, { perm: [0, 2] }),
  ],
  Where: [
    dtype([f(3), f(3), f(3)], /condition is of float32, not of bool/),
    dtype([b(3), f(3), i(3)], /are of float32 and int32/),
    shape([b(2), f(3), f(3)], /\[2\] and \[3\] do not broadcast/),
  ],
};

/** Takes any tensor at all. */
const refusesNothing: readonly OperatorName[] = ['StopGradient'];

describe('what ONNX refuses is refused when the graph is built', () => {
  for (const operator of operators)
    it(operator.name, () => {
      const cases = new Map(Object.entries(refusals)).get(operator.name) ?? floatsOnly;
      const anything = refusesNothing.some((name) => name === operator.name);
      assert.ok(cases.length > 0 !== anything, `no refusal of ${operator.name}`);
      const { attributes } = at(operator.samples, 0);
      for (const { inputs, code, says, but } of cases)
        assert.throws(
          () =>
            apply(
              operator,
              inputs.map((type, position) => input(`x${position}`, type)),
              { ...attributes, ...but },
            ),
          (error) => {
            assert.ok(error instanceof AdarandError, `${error}`);
            assert.equal(error.code, code);
            assert.match(error.message, says);
            return true;
          },
        );
    });
});

test('operands of whatever shapes are refused in our words, or computed', () => {
  for (const operator of operators)
    fc.assert(
      fc.property(fc.constantFrom(...operator.samples), changes, ({ inputs, attributes }, seeds) => {
        const values = inputs.map(({ shape, dtype = 'float32' }, n) =>
          input(`x${n}`, { dtype, shape: changed(shape, at(seeds, n)) }),
        );
        const feeds = new Map(values.map((value, n) => [`x${n}`, new Float64Array(sizeOf(value.shape))]));
        try {
          const outputs = apply(operator, values, attributes);
          const results = interpret(outputs, feeds);
          assert.deepEqual(
            results.map(({ length }) => length),
            outputs.map((output) => sizeOf(output.shape)),
          );
        } catch (error) {
          assert.ok(error instanceof AdarandError, `${error}`);
        }
      }),
    );
});

type Change = 'none' | { readonly axis: number; readonly size: number } | 'longer' | 'shorter';

/** What happens to each of at most five operands; most often nothing. */
const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Change>('none') },
    { weight: 2, arbitrary: fc.record({ axis: fc.nat(3), size: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 1, arbitrary: fc.constantFrom<Change>('longer', 'shorter') },
  ),
  { minLength: 5, maxLength: 5 },
);

function changed(shape: Shape, change: Change): Shape {
  if (change === 'none') return shape;
  if (change === 'longer') return [2, ...shape];
  if (change === 'shorter') return shape.slice(1);
  return shape.map((size, axis) => (axis === change.axis ? change.size : size));
}
