import type { Composite, Operator, Primitive } from '../operator.js';
import { Abs } from './abs.js';
import { Add } from './add.js';
import { And } from './and.js';
import { AveragePool } from './average-pool.js';
import { BatchNormalization } from './batch-norm.js';
import { BatchNormGradient } from './batch-norm-gradient.js';
import { BatchNormTraining } from './batch-norm-training.js';
import { Cast } from './cast.js';
import { Clip } from './clip.js';
import { Concat } from './concat.js';
import { Conv } from './conv.js';
import { ConvInputGradient } from './conv-input-gradient.js';
import { ConvTranspose } from './conv-transpose.js';
import { ConvWeightGradient } from './conv-weight-gradient.js';
import { DeterminantSign } from './determinant-sign.js';
import { Div } from './div.js';
import { Equal } from './equal.js';
import { Erf } from './erf.js';
import { Exp } from './exp.js';
import { Expand } from './expand.js';
import { Gather } from './gather.js';
import { GatherGradient } from './gather-gradient.js';
import { Gelu } from './gelu.js';
import { GeluGradient } from './gelu-gradient.js';
import { Greater } from './greater.js';
import { HardSigmoid } from './hard-sigmoid.js';
import { LayerNormalization } from './layer-normalization.js';
import { LeakyRelu } from './leaky-relu.js';
import { Less } from './less.js';
import { Log } from './log.js';
import { LogSoftmax } from './log-softmax.js';
import { MatMul } from './matmul.js';
import { Max } from './max.js';
import { MaxPool } from './max-pool.js';
import { MaxPoolGradient } from './max-pool-gradient.js';
import { Min } from './min.js';
import { Mul } from './mul.js';
import { Neg } from './neg.js';
import { Pad } from './pad.js';
import { Pow } from './pow.js';
import { Reciprocal } from './reciprocal.js';
import { ReduceMax } from './reduce-max.js';
import { ReduceMean } from './reduce-mean.js';
import { ReduceSum } from './reduce-sum.js';
import { Relu } from './relu.js';
import { Reshape } from './reshape.js';
import { ScatterAdd } from './scatter-add.js';
import { Sigmoid } from './sigmoid.js';
import { Slice } from './slice.js';
import { Softmax } from './softmax.js';
import { Softplus } from './softplus.js';
import { Split } from './split.js';
import { Sqrt } from './sqrt.js';
import { StopGradient } from './stop-gradient.js';
import { Sub } from './sub.js';
import { Tanh } from './tanh.js';
import { Transpose } from './transpose.js';
import { Where } from './where.js';

/** Operators that ONNX Runtime has kernels for. */
export const primitives = {
  Abs,
  Add,
  And,
  AveragePool,
  BatchNormalization,
  Cast,
  Clip,
  Concat,
  Conv,
  ConvTranspose,
  DeterminantSign,
  Div,
  Equal,
  Erf,
  Exp,
  Expand,
  Gather,
  Gelu,
  Greater,
  HardSigmoid,
  LayerNormalization,
  LeakyRelu,
  Less,
  Log,
  LogSoftmax,
  MatMul,
  Max,
  MaxPool,
  Min,
  Mul,
  Neg,
  Pad,
  Pow,
  Reciprocal,
  ReduceMax,
  ReduceMean,
  ReduceSum,
  Relu,
  Reshape,
  ScatterAdd,
  Sigmoid,
  Slice,
  Softmax,
  Softplus,
  Split,
  Sqrt,
  StopGradient,
  Sub,
  Tanh,
  Transpose,
  Where,
} satisfies Readonly<Record<string, Primitive>>;

/** Operators without a kernel anywhere; `lowering/` has a rule for each, or does not compile. */
export const composites = {
  BatchNormGradient,
  BatchNormTraining,
  ConvInputGradient,
  ConvWeightGradient,
  GatherGradient,
  GeluGradient,
  MaxPoolGradient,
} satisfies Readonly<Record<string, Composite>>;

export type CompositeName = keyof typeof composites;

export type OperatorName = keyof typeof primitives | CompositeName;

export const operators: readonly Operator[] = [...Object.values(primitives), ...Object.values(composites)];
