import { z } from 'zod';
import { add, constant, float32, mul, sub, type Value } from '../graph/ops.js';
import { sumOfSquares } from '../nn/functional.js';
import type { MethodAbout } from './about.js';
import { bound, defineMethod } from './method.js';

const about = {
  references: [
    {
      title: 'Explicit Inductive Bias for Transfer Learning with Convolutional Networks',
      authors: ['Xuhong Li', 'Yves Grandvalet', 'Franck Davoine'],
      venue: 'ICML',
      year: 2018,
      url: 'https://arxiv.org/abs/1802.01483',
      arxiv: '1802.01483',
    },
  ],
  idea:
    'What was pretrained stays near its starting point, what is new stays small. Both terms are in the loss, so momentum ' +
    "sees them, and they take the place of the optimizer's weight decay.",
  equations: [
    "L = CE + alpha R + beta / 2 ||w'||_2^2,   alpha = lambda",
    'R = 1/2 ||w - w0||_2^2',
    "dL/dw = dCE/dw + alpha (w - w0),   dL/dw' = dCE/dw' + beta w'",
  ],
  symbols: {
    w: "the backbone's tensors that are held, as one vector",
    w0: 'their pretrained values',
    "w'": "the head's tensors that are held",
    beta: "weight of the head's own norm",
  },
  defaults: {
    lambda: "the authors' example (Stanford Dogs), relative to how long a run trains",
    parameters: "the authors' code: kernels and matrices, without biases and normalisations",
    beta: "the authors' example",
  },
  departures: [
    'The weight is relative to the sum of the learning rates of all updates, unless --lambda-unit is raw: as published it ' +
      'holds a network so firmly that a run of some hundred updates hardly moves.',
    'Squares are summed directly, without a norm, which has no derivative at w = w0. Running statistics are never held.',
    'Transfer-Learning-Library holds all parameters, with 0.01 for both weights: parameters = all, lambda 0.01.',
  ],
  cost: 'No pass more: a difference of all parameters, and a copy of those that were pretrained.',
} satisfies MethodAbout;

/** L2-SP: `about` has its equations. */
export const l2sp = defineMethod({
  name: 'l2-sp',
  title: 'L2 distance to the starting point',
  paper: 'Li, Grandvalet and Davoine, ICML 2018, arXiv 1802.01483',
  formula: "L = CE + lambda / 2 ||w - w0||^2 + beta / 2 ||w'||^2",
  about,
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
