import { invariant } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { mul } from '../graph/operators/mul.js';
import { sub } from '../graph/operators/sub.js';
import type { Value } from '../graph/value.js';
import type { Optimizer } from './optimizer.js';

/** As in the paper. */
export const MOMENTUM = 0.9;

/** Options of `sgd`. Their defaults are the paper's, and not PyTorch's, which are a momentum of 0 and no Nesterov form. */
export interface SgdOptions {
  /** 0.9 unless given; 0 is plain gradient descent, which keeps no velocity. */
  readonly momentum?: number;
  /** Whether a step looks ahead by the momentum; it does unless given. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent with momentum m, in PyTorch's form:
 * g <- g + weightDecay w;  v <- m v + g;  w <- w - lr (nesterov ? g + m v : v).
 *
 * `sgd()` is `torch.optim.SGD(momentum=0.9, nesterov=True)`; `sgd({ momentum: 0 })` is PyTorch's default.
 */
export function sgd({ momentum = MOMENTUM, nesterov = true }: SgdOptions = {}): Optimizer {
  return {
    name: 'sgd',
    slots: momentum === 0 ? [] : ['velocity'],
    scalars: () => ({}),
    update({ parameter, gradient, slots, learningRate, weightDecay }) {
      const decayed = withDecay(gradient, parameter, weightDecay);
      if (momentum === 0) return { parameter: descend(parameter, decayed, learningRate), slots };
      const before = slots.get('velocity');
      invariant(before !== undefined, 'no velocity');
      const velocity = add(mul(before, momentum), decayed);
      const direction = nesterov ? add(decayed, mul(velocity, momentum)) : velocity;
      return {
        parameter: descend(parameter, direction, learningRate),
        slots: new Map([['velocity', velocity]]),
      };
    },
  };
}

/** The gradient of the loss plus weightDecay / 2 |w|^2. */
export function withDecay(gradient: Value, parameter: Value, weightDecay: number): Value {
  return weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
}

function descend(parameter: Value, direction: Value, learningRate: Value): Value {
  return sub(parameter, mul(direction, learningRate));
}
