import { z } from 'zod';
import { add, matmul, mul, stopGradient, type Value } from '../graph/ops.js';
import { identity, sum } from '../nn/functional.js';
import type { MethodAbout } from './about.js';
import { bound, defineMethod } from './method.js';
import { smallestEigenvector } from './shared/smallest-eigenvector.js';

const about = {
  references: [
    {
      title:
        'Catastrophic Forgetting Meets Negative Transfer: Batch Spectral Shrinkage for Safe Transfer Learning',
      authors: ['Xinyang Chen', 'Sinan Wang', 'Bo Fu', 'Mingsheng Long', 'Jianmin Wang'],
      venue: 'NeurIPS',
      year: 2019,
      url: 'https://proceedings.neurips.cc/paper/2019/file/c6bff625bdb0393992c9d4db0c6bbe45-Paper.pdf',
    },
  ],
  idea:
    "The smallest singular values of the batch's features are pushed down, since what they carry transfers worst. The paper " +
    'adds it to other methods: bss+l2-sp and bss+delta do.',
  equations: [
    'L = CE + lambda R',
    'R = sum_{i=1}^{k} sigma_{-i}(G)^2,   not divided by B or d',
    'G G^T u_i = sigma_{-i}^2 u_i,   ||u_i|| = 1,   R = sum_i u_i^T G G^T u_i',
    'dR/dG = 2 sum_i u_i u_i^T G,   the u_i being constants',
  ],
  symbols: {
    G: 'features of the batch, [B, d], neither centred nor normalised',
    'sigma_{-i}': 'the i-th smallest of the min(B, d) singular values',
    u_i: 'its left singular vector, [B]; where B > d, the right one of G^T G takes its place',
  },
  defaults: { lambda: "the authors' code", k: "the authors' code" },
  departures: [
    'No singular value decomposition is differentiated: the gradient above divides by no gap between singular values. The ' +
      'u_i come from powers of 3 t I - G G^T with t its trace, the next after adding 2 t u u^T.',
  ],
  cost: 'No pass more: a product [B, B], and some powers of it for each of the k values.',
} satisfies MethodAbout;

/** Batch spectral shrinkage: `about` has its equations. */
export const bss = defineMethod({
  name: 'bss',
  title: 'Batch spectral shrinkage',
  paper: 'Chen et al., NeurIPS 2019',
  formula: 'L = CE + lambda sum_{i=1}^{k} sigma_{-i}(G)^2',
  about,
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
