import { AdarandError } from '../errors.js';
import {
  add,
  cast,
  div,
  equal,
  logSoftmax,
  matmul,
  max,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  sqrt,
} from '../graph/ops.js';
import { requireValues } from '../graph/require-values.js';
import { lastAxis, matrix, vector } from '../graph/shapes.js';
import { float32, int32, sizeOf } from '../graph/tensor.js';
import { constant, type Value } from '../graph/value.js';

/** x W^T + b over the last axis of x [..., in], with W [out, in] and, where there is one, b [out]: [..., out]. */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  requireValues('linear', bias === undefined ? [x, weight] : [x, weight, bias]);
  const [outputs, inputs] = matrix(weight.shape, 'the weight of linear');
  if (lastAxis(x.shape, 'what goes into linear') !== inputs)
    throw new AdarandError(
      'graph.shape',
      `linear: [${x.shape}] does not end in the ${inputs} inputs of its weight [${weight.shape}]`,
      'A weight is [outputs, inputs], as in PyTorch.',
    );
  const rows = reshape(x, [sizeOf(x.shape) / inputs, inputs]);
  const product = matmul(rows, weight, { transposeB: true });
  return reshape(bias === undefined ? product : add(product, bias), x.shape.with(-1, outputs));
}

/** Mean cross-entropy, in nats, of logits [N, K] against target distributions [N, K]: a scalar. */
export function crossEntropy(logits: Value, targets: Value): Value {
  requireValues('crossEntropy', [logits, targets]);
  const [count] = matrix(logits.shape, 'the logits of crossEntropy');
  return mul(sum(mul(targets, logSoftmax(logits))), -1 / count);
}

/** Class indices [N], int32, as rows of zeros and a one: [N, classes]. */
export function oneHot(labels: Value, classes: number): Value {
  requireValues('oneHot', [labels]);
  const [count] = vector(labels.shape, 'the labels of oneHot');
  const all = constant(
    int32(
      [1, classes],
      Int32Array.from({ length: classes }, (_, k) => k),
    ),
  );
  return cast(equal(reshape(labels, [count, 1]), all), 'float32');
}

/** The sum of all elements: a scalar. */
export const sum = (x: Value): Value => reshape(reduceSum(x), []);

/** The mean of all elements: a scalar. */
export const mean = (x: Value): Value => reshape(reduceMean(x), []);

/** The sum of the squares of all elements: a scalar. */
export const sumOfSquares = (x: Value): Value => sum(mul(x, x));

/** The L2 norm of all elements: a scalar. */
export const norm = (x: Value): Value => sqrt(sumOfSquares(x));

/**
 * Rows of x [K, d] divided by their length, which is clamped at `epsilon`: under the root, whose derivative at 0 is
 * infinite. epsilon^2 must be a number of single precision.
 */
export function normalize(x: Value, epsilon = 1e-8): Value {
  return div(x, sqrt(max(reduceSum(mul(x, x), [1]), epsilon ** 2)));
}

/** Cosine similarities between all rows of u [K, d] and all rows of v [L, d]: [K, L]. */
export const cosineMatrix = (u: Value, v: Value): Value =>
  matmul(normalize(u), normalize(v), { transposeB: true });

/** Cosine similarity of each row of u [K, d] with the same row of v [K, d]: [K, 1]. */
export const cosineSimilarity = (u: Value, v: Value): Value =>
  reduceSum(mul(normalize(u), normalize(v)), [1]);

/** The identity matrix, a constant [size, size]. */
export function identity(size: number): Value {
  const ones = Float32Array.from({ length: size ** 2 }, (_, i) => Number(i % (size + 1) === 0));
  return constant(float32([size, size], ones));
}
