import { add } from '../graph/operators/add.js';
import type { BatchNormGradient, BatchNormTraining } from '../graph/operators/batch-norm-training.js';
import { div } from '../graph/operators/div.js';
import { mul } from '../graph/operators/mul.js';
import { reduceMean } from '../graph/operators/reduce-mean.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { sqrt } from '../graph/operators/sqrt.js';
import { sub } from '../graph/operators/sub.js';
import { sizeOf } from '../graph/tensor.js';
import { scalar, type Value } from '../graph/value.js';
import type { LoweringOf } from './lowering.js';

const OVER = [0, 2, 3];

export const batchNormTraining: LoweringOf<typeof BatchNormTraining> = {
  lower([x, scale, bias], { epsilon }) {
    const mean = reduceMean(x, OVER);
    const centred = sub(x, mean);
    const variance = reduceMean(mul(centred, centred), OVER);
    const slope = div(column(scale), sqrt(add(variance, scalar(epsilon))));
    return [
      add(mul(centred, slope), column(bias)),
      reshape(mean, scale.shape),
      reshape(variance, scale.shape),
    ];
  },
};

export const batchNormGradient: LoweringOf<typeof BatchNormGradient> = {
  lower([dy, x, scale, mean, variance], { epsilon }) {
    const count = sizeOf(x.shape) / sizeOf(scale.shape);
    const std = sqrt(add(column(variance), scalar(epsilon)));
    const xhat = div(sub(x, column(mean)), std);
    const dbias = reduceSum(dy, OVER);
    const dscale = reduceSum(mul(dy, xhat), OVER);
    const share = (sum: Value) => mul(sum, scalar(1 / count));
    const dx = mul(sub(dy, add(share(dbias), mul(xhat, share(dscale)))), div(column(scale), std));
    return [dx, reshape(dscale, scale.shape), reshape(dbias, scale.shape)];
  },
};

/** A per-channel vector [C] as [1,C,1,1]. */
function column(vector: Value): Value {
  return reshape(vector, [1, sizeOf(vector.shape), 1, 1]);
}
