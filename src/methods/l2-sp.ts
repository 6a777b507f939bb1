import { z } from 'zod';
import { add, constant, float32, mul, sub, type Value } from '../graph/ops.js';
import { sumOfSquares } from '../nn/functional.js';
import { bound, defineMethod } from './method.js';

/**
 * L2-SP (Li, Grandvalet and Davoine, ICML 2018, arXiv 1802.01483): what was pretrained stays near its starting point,
 * what is new stays small.
 *
 *   L = CE + alpha / 2 ||w - w0||^2 + beta / 2 ||w'||^2
 *
 * w are the backbone's tensors, w0 their pretrained values, w' the head's; plain sums. alpha is the method's lambda
 * (0.1 in the authors' example), beta an option of its own. Both are in the loss, so momentum sees them, and
 * they replace the optimizer's weight decay. Squares are summed directly: a norm has no derivative at w = w0.
 *
 * `weights` (the authors' default) covers kernels and matrices, `all` biases and normalisations too. Running
 * statistics are never covered.
 */
export const l2sp = defineMethod({
  name: 'l2-sp',
  title: 'L2 distance to the starting point',
  paper: 'Li, Grandvalet and Davoine, ICML 2018, arXiv 1802.01483',
  paperTitle: 'Explicit Inductive Bias for Transfer Learning with Convolutional Networks',
  formula: "L = CE + lambda / 2 ||w - w0||^2 + beta / 2 ||w'||^2",
  options: z.strictObject({
    parameters: z.enum(['weights', 'all']).default('weights').describe('which tensors are held'),
    beta: z.number().min(0).default(0.01).describe("weight of the new head's own norm"),
  }),
  defaultLambda: 0.1,
  lambdaUnit: 'training-time',
  replacesWeightDecay: true,
  bind: ({ parameters: which, beta }) =>
    bound({
      needs: ['parameters'],
      loss({ parameters }) {
        const held = parameters.filter(({ kind }) => which === 'all' || kind === 'weight');
        const drift = held.flatMap(({ value, pretrained }) =>
          pretrained === undefined ? [] : [sub(value, pretrained)],
        );
        const fresh = held.flatMap(({ value, pretrained }) => (pretrained === undefined ? [value] : []));
        return { penalty: halfSquares(drift), extraLoss: mul(halfSquares(fresh), beta) };
      },
    }),
});

function halfSquares(tensors: readonly Value[]): Value {
  return mul(tensors.map(sumOfSquares).reduce(add, constant(float32([], [0]))), 0.5);
}
