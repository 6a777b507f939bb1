import { at } from '../../errors.js';
import { requireFloat } from '../dtypes.js';
import type { Primitive } from '../operator.js';
import { lastAxis } from '../shapes.js';
import { sizeOf } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { add } from './add.js';
import { mul } from './mul.js';
import { reduceMean } from './reduce-mean.js';
import { sub } from './sub.js';

/**
 * Rows standardised to mean 0 and variance 1 (population) over the last axis, without the affine part: that is
 * plain algebra, and can be folded into the linear layer that follows.
 *
 * With D elements a row, xhat the result, g its gradient, r = 1 / std and h its gradient,
 * dx = (g - mean(g) - xhat mean(g xhat)) r - h r^2 xhat / D.
 */
export const LayerNormalization: Primitive<{ readonly epsilon: number }, 1, 2> = {
  kind: 'primitive',
  name: 'LayerNormalization',
  doc: '(x - mean) / sqrt(var + epsilon) over the last axis, and 1 / sqrt(var + epsilon).',
  infer: ([x]) => {
    requireFloat('LayerNormalization', 'its operand', x);
    lastAxis(x.shape, 'LayerNormalization: its operand');
    return [x, { dtype: x.dtype, shape: x.shape.with(-1, 1) }];
  },
  gradient: ({ inputs: [x], outputs: [xhat, inverseStd], gradients: [g, h] }) => {
    const last = [x.shape.length - 1];
    const throughRows = (g: Value) => {
      const projected = mul(xhat, reduceMean(mul(g, xhat), last));
      return mul(sub(sub(g, reduceMean(g, last)), projected), inverseStd);
    };
    const throughInverse = (h: Value) =>
      mul(xhat, mul(mul(h, mul(inverseStd, inverseStd)), -1 / lastAxis(x.shape)));
    const parts = [
      ...(g === undefined ? [] : [() => throughRows(g)]),
      ...(h === undefined ? [] : [() => throughInverse(h)]),
    ];
    return [() => parts.map((part) => part()).reduce((sum, part) => add(sum, part))];
  },
  evaluate: ([x], { epsilon }, [, inverse]) => {
    const size = lastAxis(x.shape);
    const y = new Float64Array(x.data.length);
    const inverseStd = new Float64Array(sizeOf(inverse.shape)).map((_, row) => {
      const elements = x.data.subarray(row * size, (row + 1) * size);
      const mean = elements.reduce((sum, element) => sum + element, 0) / size;
      const variance = elements.reduce((sum, element) => sum + (element - mean) ** 2, 0) / size;
      const scale = 1 / Math.sqrt(variance + epsilon);
      elements.forEach((element, i) => {
        y[row * size + i] = (element - mean) * scale;
      });
      return scale;
    });
    return [y, inverseStd];
  },
  emit: (e, [x], { inputs, attributes }) => {
    const ones = e.float32(1, [lastAxis(inputs[0].shape)]);
    const epsilon = { float: attributes.epsilon };
    // The second of ONNX's outputs is the mean.
    const names = e.severalOutputs(3, 'LayerNormalization', [x, ones], { axis: -1, epsilon });
    return [at(names, 0), at(names, 2)];
  },
  samples: [{ inputs: [{ shape: [2, 3, 8] }], attributes: { epsilon: 1e-5 } }],
};

/**
 * (x - mean) / sqrt(variance + epsilon) over the last axis, without scale and bias.
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export const layerNormalization = (x: Value, epsilon: number): Value =>
  apply(LayerNormalization, [x], { epsilon })[0];
