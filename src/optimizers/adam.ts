import { invariant } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { div } from '../graph/operators/div.js';
import { mul } from '../graph/operators/mul.js';
import { sqrt } from '../graph/operators/sqrt.js';
import { sub } from '../graph/operators/sub.js';
import type { Optimizer } from './optimizer.js';
import { withDecay } from './sgd.js';

/** Options of `adam` and `adamw`. All defaults are PyTorch's. */
export interface AdamOptions {
  /** Share of the past in the running mean of gradients; 0.9 unless given. */
  readonly beta1?: number;
  /** Share of the past in the running mean of their squares; 0.999 unless given. */
  readonly beta2?: number;
  /** Added to the root; 1e-8 unless given. */
  readonly epsilon?: number;
}

/**
 * Adam (Kingma and Ba 2015), at step t:
 * m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  w <- w - lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + epsilon).
 * Weight decay enters the gradient. Defaults and results are those of `torch.optim.Adam`.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adaptive('adam', options, false);
}

/**
 * AdamW (Loshchilov and Hutter 2019): weight decay shrinks the weights directly, w <- w - lr weightDecay w. As
 * `torch.optim.AdamW`, but for the weight decay, which is what training says: it has no default of 0.01 here.
 */
export function adamw(options: AdamOptions = {}): Optimizer {
  return adaptive('adamw', options, true);
}

function adaptive(
  name: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  decoupled: boolean,
): Optimizer {
  return {
    name,
    slots: ['mean', 'square'],
    // In single precision, 1 - 0.999^t would be wrong by 6e-5 at t = 1: the host knows better.
    scalars: (step) => ({
      correction1: 1 / (1 - beta1 ** step),
      correction2: 1 / Math.sqrt(1 - beta2 ** step),
    }),
    update({ parameter, gradient, slots, learningRate, weightDecay, scalar: hostScalar }) {
      const meanBefore = slots.get('mean');
      const squareBefore = slots.get('square');
      invariant(meanBefore !== undefined && squareBefore !== undefined, 'no moments');
      const g = decoupled ? gradient : withDecay(gradient, parameter, weightDecay);
      const mean = add(mul(meanBefore, beta1), mul(g, 1 - beta1));
      const square = add(mul(squareBefore, beta2), mul(mul(g, g), 1 - beta2));
      const root = add(mul(sqrt(square), hostScalar('correction2')), epsilon);
      const step = div(mul(mean, mul(learningRate, hostScalar('correction1'))), root);
      const shrunk =
        decoupled && weightDecay !== 0 ? mul(parameter, sub(1, mul(learningRate, weightDecay))) : parameter;
      return {
        parameter: sub(shrunk, step),
        slots: new Map([
          ['mean', mean],
          ['square', square],
        ]),
      };
    },
  };
}
