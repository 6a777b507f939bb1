import { logSoftmax } from '../graph/operators/log-softmax.js';
import { mul } from '../graph/operators/mul.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { scalar, type Value } from '../graph/value.js';

/** Mean cross-entropy of logits [B, K] against target distributions [B, K], in nats. */
export function crossEntropy(logits: Value, targets: Value): Value {
  const [batch = 1] = logits.shape;
  return mul(reshape(reduceSum(mul(targets, logSoftmax(logits))), []), scalar(-1 / batch));
}
