import { float32, type Shape, type Tensor } from '../../src/graph/tensor.js';
import { tensorOf } from './lcg.js';
import { lstmCases } from './lstm-cases.js';
import { type FileAttribute, int64Tensor } from './onnx-fixtures.js';

/** One application of an ONNX operator to x. */
export interface OperatorCase {
  readonly type: string;
  readonly x?: Shape;
  readonly opset?: number;
  /** Inputs after x; undefined is left out. */
  readonly rest?: readonly (Tensor | undefined)[];
  readonly attributes?: Readonly<Record<string, FileAttribute>>;
  readonly outputs?: number;
  readonly domain?: string;
}

/** The shape of x unless a case has another. */
export const defaultShape = [2, 3, 6, 5];
const random = (seed: number, shape: Shape, offset = 0) => tensorOf({ shape, seed, scale: 1, offset });
const kernel = random(11, [4, 3, 3, 3]);
const scalarOf = (value: number) => float32([], [value]);
const ints = int64Tensor;

/** Operators of one input x, without attributes. */
const withoutAttributes = [
  'Abs',
  'Celu',
  'Dropout',
  'Elu',
  'Erf',
  'Exp',
  'Flatten',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'HardSigmoid',
  'HardSwish',
  'Identity',
  'IsNaN',
  'LeakyRelu',
  'LogSoftmax',
  'Neg',
  'Reciprocal',
  'Relu',
  'Selu',
  'Shape',
  'Sigmoid',
  'Size',
  'Softmax',
  'Softplus',
  'Softsign',
  'Tanh',
  'Transpose',
];

/** Applications of every operator that can be imported, except those that only computations of shapes use. */
export const operatorCases: readonly OperatorCase[] = [
  ...withoutAttributes.map(plain),
  { type: 'Gelu', domain: 'com.microsoft' },
  { type: 'Gelu', opset: 20, attributes: { approximate: 'tanh' } },
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Sum'].map((type) => ({
    type,
    rest: [random(5, [3, 1, 1], 2)],
  })),
  { type: 'Pow', rest: [scalarOf(2)] },
  { type: 'Pow', rest: [ints([2], [])] },
  { type: 'Elu', attributes: { alpha: { float: 0.5 } } },
  { type: 'Celu', attributes: { alpha: { float: 0.5 } } },
  { type: 'Selu', attributes: { alpha: { float: 1.5 }, gamma: { float: 0.5 } } },
  { type: 'Mish', opset: 18 },
  { type: 'Mean', rest: [random(5, [3, 1, 1]), random(6, [5])] },
  { type: 'CastLike', opset: 15, rest: [ints([1])] },
  { type: 'DepthToSpace', x: [2, 8, 2, 3], attributes: { blocksize: 2 } },
  { type: 'DepthToSpace', x: [2, 8, 2, 3], attributes: { blocksize: 2, mode: 'CRD' } },
  { type: 'SpaceToDepth', x: [2, 3, 4, 6], attributes: { blocksize: 2 } },
  {
    type: 'Col2Im',
    opset: 18,
    x: [2, 18, 4],
    rest: [ints([4, 6]), ints([2, 3])],
    attributes: { strides: [2, 3] },
  },
  { type: 'Col2Im', opset: 18, x: [2, 18, 16], rest: [ints([5, 6]), ints([2, 3])] },
  {
    type: 'Col2Im',
    opset: 18,
    x: [2, 18, 6],
    rest: [ints([5, 6]), ints([3, 3])],
    attributes: { strides: [2, 3], pads: [1, 1, 1, 0] },
  },
  {
    type: 'Col2Im',
    opset: 18,
    x: [1, 8, 16],
    rest: [ints([6, 5]), ints([2, 2])],
    attributes: { dilations: [2, 1], strides: [1, 1], pads: [0, 0, 0, 0] },
  },
  ...lstmCases,
  { type: 'PRelu', rest: [random(5, [3, 1, 1])] },
  { type: 'LeakyRelu', attributes: { alpha: { float: 0.3 } } },
  { type: 'HardSigmoid', attributes: { alpha: { float: 0.3 }, beta: { float: 0.4 } } },
  { type: 'Clip', opset: 9, attributes: { min: { float: -0.25 }, max: { float: 0.5 } } },
  { type: 'Clip', opset: 9, attributes: { min: { float: 0 } } },
  { type: 'Clip', rest: [scalarOf(-0.25), scalarOf(0.5)] },
  { type: 'Clip', rest: [undefined, scalarOf(0.5)] },
  { type: 'Conv', rest: [kernel] },
  { type: 'Conv', rest: [kernel, random(2, [4])], attributes: { pads: [1, 0, 2, 1], strides: [2, 1] } },
  { type: 'Conv', rest: [kernel], attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] } },
  { type: 'Conv', rest: [kernel], attributes: { auto_pad: 'SAME_LOWER', strides: [2, 2] } },
  { type: 'Conv', rest: [kernel], attributes: { auto_pad: 'VALID', dilations: [2, 1] } },
  { type: 'Conv', rest: [random(3, [6, 1, 3, 3])], attributes: { group: 3 } },
  {
    type: 'Conv',
    x: [2, 4, 9],
    rest: [random(3, [6, 2, 3]), random(2, [6])],
    attributes: { group: 2, pads: [1, 2], strides: [2], dilations: [2] },
  },
  { type: 'Conv', x: [2, 1, 9], rest: [random(3, [1, 1, 3])], attributes: { auto_pad: 'SAME_LOWER' } },
  {
    type: 'Conv',
    x: [2, 2, 5, 6, 3],
    rest: [random(3, [4, 2, 3, 2, 1]), random(2, [4])],
    attributes: { pads: [1, 0, 0, 1, 1, 0], strides: [2, 1, 1] },
  },
  {
    type: 'Conv',
    x: [2, 2, 3, 5, 6],
    rest: [random(3, [4, 2, 1, 2, 3])],
    attributes: { pads: [0, 0, 1, 0, 1, 1] },
  },
  { type: 'ConvTranspose', rest: [random(3, [3, 2, 2, 2])], attributes: { strides: [2, 2] } },
  {
    type: 'ConvTranspose',
    rest: [random(3, [3, 1, 3, 3]), random(4, [3])],
    attributes: { group: 3, strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] },
  },
  { type: 'MaxPool', attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } },
  { type: 'MaxPool', attributes: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 } },
  { type: 'Pad', opset: 18, rest: [ints([1, 2, 0, 1]), scalarOf(0.5), ints([3, 1])] },
  { type: 'Pad', opset: 18, rest: [ints([1, 0, 0, 0, 2, 0, 0, 3]), undefined, ints([3, 2, 1, 0])] },
  // As transformers' EfficientNet averages a whole map.
  ...[0, 1].map((count_include_pad) => ({
    type: 'AveragePool',
    opset: 20,
    attributes: { kernel_shape: [1280, 1280], strides: [1280, 1280], ceil_mode: 1, count_include_pad },
  })),
  { type: 'MaxPool', attributes: { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' } },
  { type: 'AveragePool', attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } },
  {
    type: 'AveragePool',
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 },
  },
  ...['ReduceL1', 'ReduceL2', 'ReduceMean', 'ReduceSum', 'ReduceSumSquare', 'ReduceMax', 'ReduceMin'].flatMap(
    (type): OperatorCase[] => [
      { type, opset: 11, attributes: { axes: [2, -1] } },
      { type, opset: 11, attributes: { keepdims: 0, axes: [1] } },
      { type, opset: 18, rest: [ints([1, 3])] },
      { type, opset: 18, attributes: { keepdims: 0 } },
    ],
  ),
  { type: 'Flatten', attributes: { axis: 2 } },
  { type: 'Flatten', attributes: { axis: -1 } },
  { type: 'Flatten', attributes: { axis: 0 } },
  { type: 'Reshape', rest: [ints([0, -1, 10])] },
  { type: 'Squeeze', x: [2, 1, 3, 1], opset: 11, attributes: { axes: [1] } },
  { type: 'Squeeze', x: [2, 1, 3, 1], rest: [ints([-1])] },
  { type: 'Squeeze', x: [2, 1, 3, 1] },
  { type: 'Unsqueeze', x: [2, 3], opset: 11, attributes: { axes: [0, 3] } },
  { type: 'Unsqueeze', x: [2, 3], rest: [ints([1, -1])] },
  { type: 'Transpose', attributes: { perm: [0, 2, 3, 1] } },
  { type: 'Concat', rest: [random(8, [2, 1, 6, 5])], attributes: { axis: -3 } },
  { type: 'Split', opset: 11, attributes: { axis: 2, split: [1, 3, 2] }, outputs: 3 },
  { type: 'Split', opset: 13, rest: [ints([2, 4])], attributes: { axis: -2 }, outputs: 2 },
  { type: 'Split', opset: 13, attributes: { axis: 2 }, outputs: 3 },
  { type: 'Slice', opset: 9, attributes: { starts: [1, -3], ends: [9999, -1], axes: [2, 3] } },
  { type: 'Slice', rest: [ints([0, 1]), ints([2 ** 53, 4]), ints([1, -2]), ints([2, 1])] },
  { type: 'Slice', rest: [ints([-1]), ints([-9999]), ints([2]), ints([-2])] },
  { type: 'Pad', opset: 9, attributes: { pads: [0, 0, 1, 2, 0, 0, 0, 1], value: { float: 0.5 } } },
  { type: 'Pad', rest: [ints([0, 0, 1, 2, 0, 0, 0, 1]), scalarOf(-1)] },
  { type: 'Pad', rest: [ints([0, 0, 1, 2, 0, 0, 0, 1])], attributes: { mode: 'reflect' } },
  { type: 'Pad', rest: [ints([0, 0, 1, 2, 0, 0, 0, 1])], attributes: { mode: 'edge' } },
  { type: 'Gather', rest: [ints([2, -1, 0])], attributes: { axis: 1 } },
  { type: 'Gather', rest: [ints([-1], [])], attributes: { axis: 2 } },
  { type: 'GatherElements', x: [2, 4], rest: [ints([3, 0, -1, 1, 2, 2], [2, 3])], attributes: { axis: 1 } },
  { type: 'GatherND', rest: [ints([1, -1, 0, 2], [2, 2])] },
  { type: 'GatherND', rest: [ints([1, 0, -2], [1, 3, 1])] },
  { type: 'ScatterND', rest: [ints([1, -1, 0, 2], [2, 2]), random(4, [2, 6, 5])] },
  { type: 'ScatterND', opset: 18, rest: [ints([-1], [1, 1]), random(4, [1, 3, 6, 5])] },
  { type: 'Tile', x: [2, 1, 3], rest: [ints([1, 4, 2])] },
  { type: 'Expand', x: [2, 1, 3], rest: [ints([4, 1])] },
  { type: 'Cast', attributes: { to: 6 } },
  { type: 'Gemm', x: [2, 3], rest: [random(3, [3, 4]), random(4, [4])] },
  {
    type: 'Gemm',
    x: [3, 2],
    rest: [random(3, [4, 3]), random(4, [1, 4])],
    attributes: { transA: 1, transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } },
  },
  { type: 'MatMul', x: [2, 4, 3], rest: [random(3, [3, 5])] },
  {
    type: 'FusedMatMul',
    x: [2, 4, 3],
    rest: [random(3, [2, 5, 3])],
    domain: 'com.microsoft',
    attributes: { transB: 1, alpha: { float: 0.5 } },
  },
  { type: 'Einsum', rest: [random(3, [6, 2, 5])], attributes: { equation: 'nchw,hkw->nchk' } },
  {
    type: 'Einsum',
    rest: [random(3, [2, 3, 4, 5])],
    attributes: { equation: 'b g i d, b g j d -> b g i j' },
  },
  { type: 'Einsum', x: [2, 3], rest: [random(3, [4, 2])], attributes: { equation: 'ij,ki->kj' } },
  { type: 'Einsum', x: [2, 3], rest: [random(3, [4, 5])], attributes: { equation: 'ij,kl->lji' } },
  { type: 'Einsum', x: [2, 3], rest: [random(3, [2, 4])], attributes: { equation: 'ij,ik->i' } },
  { type: 'Einsum', x: [2, 3, 4], attributes: { equation: 'ijk->ki' } },
  { type: 'Softmax', opset: 11, attributes: { axis: 2 } },
  { type: 'Softmax', attributes: { axis: 1 } },
  { type: 'LogSoftmax', opset: 11 },
  {
    type: 'BatchNormalization',
    rest: [random(1, [3]), random(2, [3]), random(3, [3]), random(4, [3], 2)],
    attributes: { epsilon: { float: 1e-3 } },
  },
  {
    type: 'BatchNormalization',
    x: [4, 3],
    rest: [random(1, [3]), random(2, [3]), random(3, [3]), random(4, [3], 2)],
  },
  {
    type: 'LayerNormalization',
    x: [2, 4, 8],
    opset: 17,
    rest: [random(1, [8]), random(2, [8])],
    attributes: { epsilon: { float: 1e-6 } },
  },
  {
    type: 'InstanceNormalization',
    rest: [random(1, [3]), random(2, [3])],
    attributes: { epsilon: { float: 1e-3 } },
  },
  {
    type: 'InstanceNormalization',
    x: [2, 3, 8],
    rest: [float32([3], [1, 1, 1]), float32([3], [0, 0, 0])],
  },
  {
    type: 'GroupNormalization',
    opset: 18,
    x: [2, 6, 2, 3],
    rest: [random(1, [2]), random(2, [2])],
    attributes: { num_groups: 2, epsilon: { float: 1e-3 } },
  },
  {
    type: 'GroupNormalization',
    opset: 21,
    x: [2, 6, 2, 3],
    rest: [random(1, [6]), random(2, [6])],
    attributes: { num_groups: 2 },
  },
  { type: 'LRN', attributes: { size: 3 } },
  {
    type: 'LRN',
    x: [2, 6, 2, 3],
    attributes: { size: 5, alpha: { float: 0.5 }, beta: { float: 0.6 }, bias: { float: 2 } },
  },
  { type: 'LpNormalization' },
  { type: 'LpNormalization', attributes: { p: 1, axis: 1 } },
  ...['asymmetric', 'half_pixel', 'pytorch_half_pixel', 'align_corners'].flatMap((way): OperatorCase[] => [
    {
      type: 'Resize',
      rest: [float32([0], []), float32([4], [1, 1, 2, 1.5])],
      attributes: { mode: 'linear', coordinate_transformation_mode: way },
    },
    {
      type: 'Resize',
      rest: [undefined, undefined, ints([2, 3, 4, 9])],
      attributes: { mode: 'nearest', coordinate_transformation_mode: way, nearest_mode: 'floor' },
    },
  ]),
  ...[{}, { exclude_outside: 1 }, { cubic_coeff_a: { float: -0.5 } }].map((more) => ({
    type: 'Resize',
    rest: [undefined, undefined, ints([2, 3, 4, 9])],
    attributes: { mode: 'cubic', ...more },
  })),
  { type: 'Resize', rest: [float32([0], []), float32([4], [1, 1, 2, 2])] },
  { type: 'Resize', opset: 10, rest: [float32([4], [1, 1, 2, 2])] },
  { type: 'Upsample', opset: 9, rest: [float32([4], [1, 1, 2, 3])] },
];

/** One application of an ONNX operator to stored tensors. */
export interface ConstantCase {
  readonly type: string;
  readonly opset?: number;
  readonly inputs: readonly Tensor[];
  readonly attributes?: Readonly<Record<string, FileAttribute>>;
}

const bools = (...elements: readonly number[]): Tensor => ({
  dtype: 'bool',
  shape: [elements.length],
  data: Uint8Array.from(elements),
});
const halves = float32([2, 4], [-2.5, -1.5, -0.5, -0.2, 0.5, 1.5, 2.5, 0]);
const signed = ints([7, -7, 7, -7, 6, 0]);
const divisors = ints([3, 3, -3, -3, 3, 5]);
const square = ints([1, 0, 0, 2, 0, 3, 4, 5, 0], [3, 3]);

/** Applications of the operators that only computations of sizes, positions and masks use. */
export const constantCases: readonly ConstantCase[] = [
  ...['Ceil', 'Floor', 'Round', 'Sign', 'Sin', 'Cos', 'Log', 'Sqrt'].map((type) => ({
    type,
    inputs: [type === 'Log' || type === 'Sqrt' ? float32([3], [0.25, 1, 2]) : halves],
  })),
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((type) => ({
    type,
    opset: 16,
    inputs: [ints([1, 2, 3], [3, 1]), ints([2, 3])],
  })),
  ...['And', 'Or'].map((type) => ({ type, inputs: [bools(0, 0, 1, 1), bools(0, 1, 0, 1)] })),
  { type: 'Not', inputs: [bools(0, 1)] },
  { type: 'Mod', inputs: [signed, divisors] },
  { type: 'Mod', inputs: [signed, divisors], attributes: { fmod: 1 } },
  { type: 'Mod', inputs: [halves, scalarOf(1)], attributes: { fmod: 1 } },
  { type: 'Range', inputs: [ints([7], []), ints([-2], []), ints([-3], [])] },
  { type: 'Range', inputs: [scalarOf(0), scalarOf(1), scalarOf(0.25)] },
  { type: 'Range', inputs: [ints([3], []), ints([3], []), ints([1], [])] },
  { type: 'CumSum', inputs: [halves, ints([1], [])] },
  { type: 'CumSum', inputs: [halves, ints([-2], [])], attributes: { exclusive: 1 } },
  { type: 'CumSum', inputs: [square, ints([0], [])], attributes: { reverse: 1 } },
  { type: 'CumSum', inputs: [square, ints([1], [])], attributes: { reverse: 1, exclusive: 1 } },
  { type: 'NonZero', inputs: [square] },
  { type: 'ReduceProd', inputs: [divisors] },
  { type: 'ReduceProd', inputs: [halves], attributes: { axes: [0], keepdims: 0 } },
  { type: 'ReduceProd', opset: 18, inputs: [halves, ints([-1])] },
  { type: 'Trilu', inputs: [square] },
  { type: 'Trilu', inputs: [halves, ints([1], [])], attributes: { upper: 0 } },
  { type: 'Trilu', inputs: [halves, ints([-1], [])] },
  { type: 'Where', inputs: [bools(0, 1, 0), ints([1, 2, 3]), ints([4], [1])] },
  { type: 'ConstantOfShape', inputs: [ints([2, 3])] },
  { type: 'Slice', inputs: [ints([1, 2, 3]), ints([0]), ints([0]), ints([0])] },
  { type: 'ScatterND', inputs: [square, ints([0, 0, 0, 0], [2, 2]), ints([8, 9])] },
];

function plain(type: string): OperatorCase {
  return { type };
}
