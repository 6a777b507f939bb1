import { z } from 'zod';
import { add, matmul, mul, stopGradient, type Value } from '../graph/ops.js';
import { identity, sum } from '../nn/functional.js';
import { bound, defineMethod } from './method.js';
import { smallestEigenvector } from './shared/smallest-eigenvector.js';

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
 * u comes from powers of 3 t I - G G^T, with t the trace (`smallestEigenvector`). The next u follows after adding
 * 2 t u u^T, which puts this one above all others.
 */
export const bss = defineMethod({
  name: 'bss',
  title: 'Batch spectral shrinkage',
  paper: 'Chen et al., NeurIPS 2019',
  paperTitle:
    'Catastrophic Forgetting Meets Negative Transfer: Batch Spectral Shrinkage for Safe Transfer Learning',
  formula: 'L = CE + lambda sum_{i=1}^{k} sigma_{-i}(G)^2',
  options: z.strictObject({
    k: z.number().int().positive().default(1).describe('how many of the smallest singular values'),
  }),
  defaultLambda: 0.001,
  lambdaUnit: 'features',
  bind: ({ k }) =>
    bound({
      needs: ['features'],
      loss({ features }, { batchSize, featureSize }) {
        const wide = batchSize <= featureSize;
        const gram = matmul(features, features, wide ? { transposeB: true } : { transposeA: true });
        const size = Math.min(batchSize, featureSize);
        let rest = stopGradient(gram);
        const trace = sum(mul(rest, identity(size)));
        const smallest: Value[] = [];
        for (let i = 0; i < Math.min(k, size); i++) {
          const u = smallestEigenvector(rest, mul(trace, 3), { start: i });
          const projector = matmul(u, u, { transposeB: true });
          smallest.push(sum(mul(projector, gram)));
          rest = add(rest, mul(projector, mul(trace, 2)));
        }
        return { penalty: smallest.reduce(add) };
      },
    }),
});
