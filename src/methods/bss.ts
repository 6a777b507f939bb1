import { z } from 'zod';
import { add } from '../graph/operators/add.js';
import { matmul } from '../graph/operators/matmul.js';
import { mul } from '../graph/operators/mul.js';
import { stopGradient } from '../graph/operators/stop-gradient.js';
import { scalar, type Value } from '../graph/value.js';
import { defineMethod } from './method.js';
import { total } from './shared/distances.js';
import { identity } from './shared/identity.js';
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
    let penalty: Value = scalar(0);
    for (let i = 0; i < Math.min(k, size); i++) {
      const u = smallestEigenvector(rest, mul(trace, scalar(3)), { start: i });
      const projector = matmul(u, u, { transposeB: true });
      penalty = add(penalty, total(mul(projector, gram)));
      rest = add(rest, mul(projector, mul(trace, scalar(2))));
    }
    return { penalty };
  },
});
