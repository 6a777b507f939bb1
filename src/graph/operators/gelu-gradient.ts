import { AdarandError } from '../../errors.js';
import { requireFloat } from '../dtypes.js';
import { type Composite, refused } from '../operator.js';
import { elementAt, sameShape } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { erfOf } from './erf.js';

const noSecond = refused('second derivatives through it are not supported');

/** d gelu/dx = Phi(x) + x phi(x), never y / x, which is undefined at 0. */
export const GeluGradient: Composite<Record<never, never>, 2, 1> = {
  kind: 'composite',
  name: 'GeluGradient',
  doc: "Gelu's gradient: dy (Phi(x) + x phi(x)), with the standard normal density phi.",
  infer: ([x, dy]) => {
    requireFloat('GeluGradient', 'its first operand', x);
    requireFloat('GeluGradient', 'its second operand', dy);
    if (!sameShape(x.shape, dy.shape))
      throw new AdarandError(
        'graph.shape',
        `GeluGradient: a gradient [${dy.shape}] is not one of values [${x.shape}]`,
        'The gradient of a result has its shape: see what it was computed from.',
      );
    return [x];
  },
  gradient: () => [noSecond, noSecond],
  evaluate: ([x, dy]) => [
    x.data.map((element, i) => {
      const distribution = 0.5 * (1 + erfOf(element * Math.SQRT1_2));
      const density = Math.exp(-0.5 * element * element) / Math.sqrt(2 * Math.PI);
      return elementAt(dy.data, i) * (distribution + element * density);
    }),
  ],
  samples: [[3, 4], []].map((shape) => ({
    inputs: [{ shape, range: [-3, 3] }, { shape }] as const,
    attributes: {},
  })),
};

export const geluGradient = (x: Value, dy: Value): Value => apply(GeluGradient, [x, dy], {})[0];
