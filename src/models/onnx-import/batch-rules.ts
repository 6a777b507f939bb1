import { at } from '../../errors.js';
import type { Shape } from '../../graph/tensor.js';
import type { NodeReader } from './node-reader.js';
import { axesOfPart, isOfBlock } from './scatter-block.js';

/** What an operator does with the axis of the images, when a graph is built for more of them than its file was. */
export type BatchRule =
  /** Keeps it, wherever it is. */
  | { readonly kind: 'same' }
  /** Keeps it, but it must be the first. */
  | { readonly kind: 'first' }
  /** Other dimensions for the same elements in the same order. */
  | { readonly kind: 'relaid' }
  | { readonly kind: 'expanded' }
  /** Its inputs are broadcast; of `matrices`, the last two axes are not. */
  | { readonly kind: 'broadcast'; readonly matrices: boolean }
  /**
   * Works along axes of its own, which must be others. One that `joins` wants all its inputs as long; one that `picks`
   * elements along its axis can do so for each image.
   */
  | {
      readonly kind: 'along';
      readonly joins?: true;
      readonly picks?: true;
      axes(node: NodeReader, shape: Shape): readonly number[];
    };

const same: BatchRule = { kind: 'same' };
const first: BatchRule = { kind: 'first' };
const relaid: BatchRule = { kind: 'relaid' };
const broadcast: BatchRule = { kind: 'broadcast', matrices: false };
const matrices: BatchRule = { kind: 'broadcast', matrices: true };

/** Along one axis, an attribute. */
function alongAxis(
  otherwise: number,
  more: { readonly joins?: true; readonly picks?: true } = {},
): BatchRule {
  return {
    kind: 'along',
    ...more,
    axes: (node, { length }) => [node.axis(node.int('axis', otherwise), length)],
  };
}

/** From an axis to the end, or up to operator set 12 from it on. */
const softmax: BatchRule = {
  kind: 'along',
  axes: (node, { length }) => {
    const axis = node.axis(node.int('axis', node.opset < 13 ? 1 : -1), length);
    return node.opset < 13 ? Array.from({ length: length - axis }, (_, i) => axis + i) : [axis];
  },
};

const toTheEnd: BatchRule = {
  kind: 'along',
  axes: (node, { length }) => {
    const axis = node.axis(node.int('axis', -1), length);
    return Array.from({ length: length - axis }, (_, i) => axis + i);
  },
};

const reduced: BatchRule = {
  kind: 'along',
  axes: (node, { length }) => {
    const axes = node.optionalIntsOrInput('axes', 1) ?? [];
    return axes.length === 0 ? [...Array(length).keys()] : axes.map((axis) => node.axis(axis, length));
  },
};

const padded: BatchRule = {
  kind: 'along',
  axes: (node, { length }) => {
    const pads = node.intsOrInput('pads', 1);
    return [...Array(length).keys()].filter((axis) => pads[axis] !== 0 || pads[axis + length] !== 0);
  },
};

/** A slice from 0 to beyond any size takes all. */
const sliced: BatchRule = {
  kind: 'along',
  axes: (node, { length }) => {
    const starts = node.intsOrInput('starts', 1);
    const ends = node.intsOrInput('ends', 2);
    const axes = node.optionalIntsOrInput('axes', 3) ?? [...starts.keys()];
    const steps = node.optionalNumbers(4) ?? starts.map(() => 1);
    const takesAll = (i: number) => starts[i] === 0 && at(ends, i) >= 2 ** 31 - 1 && steps[i] === 1;
    return axes.filter((_, i) => !takesAll(i)).map((axis) => node.axis(axis, length));
  },
};

/** Sequences lie beside each other in the second axis. */
const ofSequences: BatchRule = { kind: 'along', axes: () => [0, 2] };

/** Without coordinates, a block is replaced, for all images at once. */
const scattered: BatchRule = {
  kind: 'along',
  joins: true,
  axes: (node, { length }) => (isOfBlock(node.node) ? axesOfPart(node) : [...Array(length).keys()]),
};

const tiled: BatchRule = {
  kind: 'along',
  axes: (node) => node.numbers(1).flatMap((times, axis) => (times === 1 ? [] : [axis])),
};

const of = (rule: BatchRule, ...types: readonly string[]) => types.map((type) => [type, rule] as const);

/** By operator; one that is missing mixes the images, or nobody has thought about it. */
export const batchRules: Readonly<Record<string, BatchRule>> = Object.fromEntries([
  ...of(
    same,
    'Abs',
    'Cast',
    'CastLike',
    'Ceil',
    'Celu',
    'Clip',
    'Dropout',
    'Einsum',
    'Elu',
    'Erf',
    'Exp',
    'Floor',
    'Gelu',
    'Gemm',
  ),
  ...of(same, 'HardSigmoid', 'HardSwish', 'Identity', 'LeakyRelu', 'Log', 'Neg', 'Not', 'Reciprocal', 'Relu'),
  ...of(
    same,
    'Selu',
    'Sigmoid',
    'Sign',
    'Softplus',
    'Softsign',
    'Sqrt',
    'Tanh',
    'Transpose',
    'IsNaN',
    'Sin',
    'Cos',
    'Mish',
  ),
  ...of(
    first,
    'AveragePool',
    'BatchNormalization',
    'Col2Im',
    'Conv',
    'ConvTranspose',
    'DepthToSpace',
    'GlobalAveragePool',
  ),
  ...of(first, 'GlobalMaxPool', 'GroupNormalization', 'InstanceNormalization', 'LRN', 'MaxPool'),
  ...of(alongAxis(-1), 'LpNormalization'),
  ...of(first, 'Resize', 'SpaceToDepth', 'Upsample'),
  ...of(relaid, 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze'),
  ...of({ kind: 'expanded' }, 'Expand'),
  ...of(
    broadcast,
    'Add',
    'And',
    'Div',
    'Equal',
    'Greater',
    'GreaterOrEqual',
    'Less',
    'LessOrEqual',
    'Max',
    'Mean',
  ),
  ...of(broadcast, 'Min', 'Mod', 'Mul', 'Or', 'Pow', 'PRelu', 'Sub', 'Sum', 'Where'),
  ...of(matrices, 'FusedMatMul', 'MatMul'),
  ...of(alongAxis(0, { picks: true }), 'Gather'),
  ...of(alongAxis(0), 'Split'),
  ...of(alongAxis(1, { joins: true }), 'Concat'),
  ...of(softmax, 'LogSoftmax', 'Softmax'),
  ...of(toTheEnd, 'LayerNormalization', 'RMSNormalization'),
  ...of(
    reduced,
    'ReduceL1',
    'ReduceL2',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceSum',
    'ReduceSumSquare',
  ),
  ...of(padded, 'Pad'),
  ...of(sliced, 'Slice'),
  ...of(ofSequences, 'LSTM'),
  ...of(scattered, 'ScatterND'),
  ...of(tiled, 'Tile'),
]);
