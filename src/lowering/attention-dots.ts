import { nodeOf } from '../graph/node-of.js';
import { MatMul, matmul } from '../graph/operators/matmul.js';
import { Mul, mul } from '../graph/operators/mul.js';
import { Softmax } from '../graph/operators/softmax.js';
import { lastAxis } from '../graph/shapes.js';
import { sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';

/**
 * What to sum over the last axis in place of x. In attention's gradient, the softmax P [...,T,S] of O = P V, with
 * V [...,S,d], asks for the sums of each row of (dO V^T) P. They are those of dO O, of d numbers instead of S; and O is
 * there from the forward pass. `undefined` where x is something else.
 */
export function attentionDots(x: Value, axes: readonly number[]): Value | undefined {
  const [dP, P] = nodeOf(x, Mul)?.inputs ?? [];
  if (dP === undefined || P === undefined || nodeOf(P, Softmax) === undefined) return undefined;
  const product = nodeOf(dP, MatMul);
  if (product === undefined || !sameShape(dP.shape, P.shape) || !sameShape(axes, [x.shape.length - 1]))
    return undefined;
  const [dO, V] = product.inputs;
  const { transposeA, transposeB, alpha } = product.attributes;
  if (transposeA || !transposeB || alpha !== 1 || lastAxis(V.shape) >= lastAxis(P.shape)) return undefined;
  return mul(dO, matmul(P, V));
}
