import { z } from 'zod';
import { add } from '../graph/operators/add.js';
import { cast } from '../graph/operators/cast.js';
import { div } from '../graph/operators/div.js';
import { equal } from '../graph/operators/equal.js';
import { matmul } from '../graph/operators/matmul.js';
import { max } from '../graph/operators/max.js';
import { mul } from '../graph/operators/mul.js';
import { reduceMax } from '../graph/operators/reduce-max.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { sqrt } from '../graph/operators/sqrt.js';
import { stopGradient } from '../graph/operators/stop-gradient.js';
import { sub } from '../graph/operators/sub.js';
import { float32 } from '../graph/tensor.js';
import { constant, scalar, type Value } from '../graph/value.js';
import { total } from './distances.js';
import { identity } from './identity.js';
import { defineRegularizer } from './regularizer.js';

/** 2^40 powers separate eigenvalues down to a relative gap of 1e-11, below what single precision can tell apart. */
const SQUARINGS = 40;
const TINY = 1e-30;

/**
 * Batch spectral shrinkage (Chen, Wang, Fu, Long and Wang, NeurIPS 2019): the smallest singular values of the
 * batch's features G [B, d] are pushed down, since what they carry transfers worst.
 *
 *   R = sum of the k smallest sigma_i(G)^2,   not divided by B or d
 *
 * With u_i the unit eigenvectors of G G^T [B, B] that belong to the smallest eigenvalues, R = sum_i u_i^T G G^T u_i, and
 * dR/dG = 2 sum_i u_i u_i^T G holds them constant: no gap between singular values is ever divided by. Where B > d,
 * G^T G [d, d] takes its place, as G G^T would have B - d zeros.
 *
 * u comes from powers: C = 3 t I - G G^T, with t the trace, has u as its largest eigenvector, and squaring C again and
 * again leaves the projector on u's eigenspace. Any of its columns, at unit length, is a u; the longest is taken. The
 * next u follows after adding 2 t u u^T, which puts this one above all others.
 */
export const bss = defineRegularizer({
  name: 'bss',
  title: 'Batch spectral shrinkage',
  paper: 'Chen et al., NeurIPS 2019',
  formula: 'L = CE + lambda sum_{i=1}^{k} sigma_{-i}(G)^2',
  needs: ['features'],
  options: z.strictObject({
    k: z.number().int().positive().default(1).describe('how many of the smallest singular values'),
  }),
  defaultLambda: 0.001,
  featureScaled: true,
  build({ features, batchSize, featureSize }, { k }) {
    const gram = matmul(
      features,
      features,
      batchSize <= featureSize ? { transposeB: true } : { transposeA: true },
    );
    const size = Math.min(batchSize, featureSize);
    let rest = stopGradient(gram);
    const trace = total(mul(rest, identity(size)));
    let term: Value = scalar(0);
    for (let i = 0; i < Math.min(k, size); i++) {
      const u = smallestEigenvector(rest, mul(trace, scalar(3)), size);
      const projector = matmul(u, u, { transposeB: true });
      term = add(term, total(mul(projector, gram)));
      rest = add(rest, mul(projector, mul(trace, scalar(2))));
    }
    return { term };
  },
});

/** A unit vector [size, 1] (zeros for a matrix of zeros); `bound` is above every eigenvalue. */
function smallestEigenvector(matrix: Value, bound: Value, size: number): Value {
  let power = sub(mul(identity(size), bound), matrix);
  for (let i = 0; i < SQUARINGS; i++) {
    // To a largest element of 1, which in such a matrix is on the diagonal, so that no square can underflow.
    const scaled = div(power, max(reduceMax(power), scalar(TINY)));
    power = matmul(scaled, scaled);
  }
  // Equal diagonal elements are told apart by a thousandth, so that one column is chosen.
  const ramp = float32(
    [1, size],
    Float32Array.from({ length: size }, (_, i) => 1 - (1e-3 * i) / size),
  );
  const lengths = mul(reduceSum(mul(power, identity(size)), [0]), constant(ramp));
  const longest = cast(equal(lengths, reduceMax(lengths)), 'float32');
  const column = matmul(power, longest, { transposeB: true });
  return div(column, max(sqrt(total(mul(column, column))), scalar(TINY)));
}
