import { exp } from '../../graph/operators/exp.js';
import { log } from '../../graph/operators/log.js';
import type { LogSoftmax } from '../../graph/operators/log-softmax.js';
import { reduceMax } from '../../graph/operators/reduce-max.js';
import { reduceSum } from '../../graph/operators/reduce-sum.js';
import { sub } from '../../graph/operators/sub.js';
import type { LoweringOf } from '../lowering.js';

/** WebGPU has no kernel for it: with c = x - max(x), it is c - log(sum(exp(c))). */
export const logSoftmax: LoweringOf<typeof LogSoftmax> = {
  lower([x], { axis }) {
    const centred = sub(x, reduceMax(x, [axis]));
    return [sub(centred, log(reduceSum(exp(centred), [axis])))];
  },
};
