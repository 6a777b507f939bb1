import type { Primitive } from '../operator.js';
import { sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { mul } from './mul.js';
import { reduceMean } from './reduce-mean.js';
import { sub } from './sub.js';

/**
 * Rows standardised to mean 0 and variance 1 (population) over the last axis, without the affine part: that is
 * plain algebra, and can be folded into the linear layer that follows.
 *
 * With xhat the result and g its gradient, dx = (g - mean(g) - xhat mean(g xhat)) / std.
 */
export const LayerNormalization: Primitive<{ readonly epsilon: number }, 1, 2> = {
  kind: 'primitive',
  name: 'LayerNormalization',
  doc: '(x - mean) / sqrt(var + epsilon) over the last axis, and 1 / sqrt(var + epsilon).',
  infer: ([x]) => [x, { dtype: x.dtype, shape: x.shape.with(-1, 1) }],
  gradient: ({ inputs: [x], outputs: [xhat, inverseStd], gradients: [g] }) => [
    g &&
      (() => {
        const last = [x.shape.length - 1];
        const projected = mul(xhat, reduceMean(mul(g, xhat), last));
        return mul(sub(sub(g, reduceMean(g, last)), projected), inverseStd);
      }),
  ],
  evaluate: ([x], { epsilon }, [, inverse]) => {
    const size = x.shape.at(-1) ?? 1;
    const y = new Float64Array(x.data.length);
    const inverseStd = new Float64Array(sizeOf(inverse.shape));
    for (let row = 0; row < inverseStd.length; row++) {
      const elements = x.data.subarray(row * size, (row + 1) * size);
      const mean = elements.reduce((sum, element) => sum + element, 0) / size;
      const variance = elements.reduce((sum, element) => sum + (element - mean) ** 2, 0) / size;
      const scale = 1 / Math.sqrt(variance + epsilon);
      inverseStd[row] = scale;
      elements.forEach((element, i) => {
        y[row * size + i] = (element - mean) * scale;
      });
    }
    return [y, inverseStd];
  },
  emit: (e, [x = ''], node) => {
    const ones = e.float32(1, [node.inputs[0]?.shape.at(-1) ?? 1]);
    const epsilon = { float: Number(node.attributes.epsilon) };
    const [y = '', , inverseStd = ''] = e.op(
      'LayerNormalization',
      [x, ones],
      { axis: -1, epsilon },
      { outputs: 3 },
    );
    return [y, inverseStd];
  },
  samples: [{ inputs: [{ shape: [2, 3, 8] }], attributes: { epsilon: 1e-5 } }],
};

export const layerNormalization = (x: Value, epsilon: number): Value =>
  apply(LayerNormalization, [x], { epsilon })[0];
