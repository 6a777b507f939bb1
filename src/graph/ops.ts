/**
 * All that a graph is written with. Operators are functions from values to values. Types and shapes are checked when a
 * graph is built: each says which `AdarandError` it throws, with `graph.operand` for what is no value, `graph.dtype` for
 * elements of a type that it does not take, `graph.shape` for shapes, axes and sizes that do not fit.
 */
export type { Operand } from './operand.js';
export { abs } from './operators/abs.js';
export { add } from './operators/add.js';
export { and } from './operators/and.js';
export { averagePool } from './operators/average-pool.js';
export { batchNormalization } from './operators/batch-norm.js';
export { batchNormTraining } from './operators/batch-norm-training.js';
export { cast } from './operators/cast.js';
export { clip } from './operators/clip.js';
export { concat } from './operators/concat.js';
export { conv } from './operators/conv.js';
export { convInputGradient } from './operators/conv-input-gradient.js';
export { convTranspose } from './operators/conv-transpose.js';
export { convWeightGradient } from './operators/conv-weight-gradient.js';
export { determinantSign } from './operators/determinant-sign.js';
export { div } from './operators/div.js';
export { equal } from './operators/equal.js';
export { erf } from './operators/erf.js';
export { exp } from './operators/exp.js';
export { expand } from './operators/expand.js';
export { gather } from './operators/gather.js';
export { gelu } from './operators/gelu.js';
export { greater } from './operators/greater.js';
export { hardSigmoid } from './operators/hard-sigmoid.js';
export { layerNormalization } from './operators/layer-normalization.js';
export { leakyRelu } from './operators/leaky-relu.js';
export { less } from './operators/less.js';
export { log } from './operators/log.js';
export { logSoftmax } from './operators/log-softmax.js';
export { matmul } from './operators/matmul.js';
export { max } from './operators/max.js';
export { maxPool } from './operators/max-pool.js';
export { min } from './operators/min.js';
export { mul } from './operators/mul.js';
export { neg } from './operators/neg.js';
export { pad } from './operators/pad.js';
export { pow } from './operators/pow.js';
export { reciprocal } from './operators/reciprocal.js';
export { reduceMax } from './operators/reduce-max.js';
export { reduceMean } from './operators/reduce-mean.js';
export { reduceSum } from './operators/reduce-sum.js';
export { relu } from './operators/relu.js';
export { reshape } from './operators/reshape.js';
export { sigmoid } from './operators/sigmoid.js';
export { slice } from './operators/slice.js';
export { softmax } from './operators/softmax.js';
export { softplus } from './operators/softplus.js';
export { split } from './operators/split.js';
export { sqrt } from './operators/sqrt.js';
export { stopGradient } from './operators/stop-gradient.js';
export { sub } from './operators/sub.js';
export { tanh } from './operators/tanh.js';
export { transpose } from './operators/transpose.js';
export { where } from './operators/where.js';
export {
  type DType,
  float32,
  int32,
  type Shape,
  sizeOf,
  type Tensor,
  type Tensors,
  zeros,
} from './tensor.js';
export { constant, scalar, type Value } from './value.js';
