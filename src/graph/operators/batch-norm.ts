import type { Primitive } from '../operator.js';
import { requireValues } from '../require-values.js';
import { nchw, vector } from '../shapes.js';
import { elementAt } from '../tensor.js';
import { apply, type Value } from '../value.js';
import { add } from './add.js';
import { requireChannels } from './batch-norm-checks.js';
import { div } from './div.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { reduceSum } from './reduce-sum.js';
import { reshape } from './reshape.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';

/** Inference form: x [N,C,H,W], and scale, bias, mean, variance [C]. Frozen statistics still pass gradients. */
export const BatchNormalization: Primitive<{ readonly epsilon: number }, 5, 1> = {
  kind: 'primitive',
  name: 'BatchNormalization',
  doc: 'scale (x - mean) / sqrt(variance + epsilon) + bias per channel, with given statistics.',
  infer: ([x, scale, bias, mean, variance]) => {
    requireChannels('BatchNormalization', x, { scale, bias, mean, variance });
    return [x];
  },
  gradient: ({ inputs: [x, scale, , mean, variance], attributes: { epsilon }, gradients: [dy] }) => {
    const std = () => sqrt(add(variance, epsilon));
    const channelSum = (value: Value) => reshape(reduceSum(value, [0, 2, 3]), scale.shape);
    const centred = () => sub(x, perChannel(mean));
    const factor = () => div(scale, std());
    return [
      () => mul(dy, perChannel(factor())),
      () => div(channelSum(mul(dy, centred())), std()),
      () => channelSum(dy),
      () => neg(mul(channelSum(dy), factor())),
      () => div(mul(channelSum(mul(dy, centred())), mul(factor(), -0.5)), add(variance, epsilon)),
    ];
  },
  evaluate: ([x, scale, bias, mean, variance], { epsilon }) => {
    const [, channels, height, width] = nchw(x.shape);
    return [
      x.data.map((element, i) => {
        const c = Math.floor(i / (height * width)) % channels;
        const std = Math.sqrt(elementAt(variance.data, c) + epsilon);
        return (
          (elementAt(scale.data, c) * (element - elementAt(mean.data, c))) / std + elementAt(bias.data, c)
        );
      }),
    ];
  },
  emit: (e, inputs, { attributes: { epsilon } }) =>
    e.op('BatchNormalization', inputs, { epsilon: { float: epsilon } }),
  samples: [
    {
      inputs: [
        { shape: [2, 3, 2, 4] },
        { shape: [3] },
        { shape: [3] },
        { shape: [3] },
        { shape: [3], range: [0.5, 2] },
      ],
      attributes: { epsilon: 1e-5 },
    },
  ],
};

/**
 * scale (x - mean) / sqrt(variance + epsilon) + bias for each channel of x [N,C,H,W], all of them [C].
 *
 * @throws AdarandError `graph.operand`, `graph.dtype`, `graph.shape`.
 */
export function batchNormalization(
  x: Value,
  parameters: { scale: Value; bias: Value; mean: Value; variance: Value },
  epsilon: number,
): Value {
  requireValues('BatchNormalization', [x]);
  const { scale, bias, mean, variance } = parameters;
  return apply(BatchNormalization, [x, scale, bias, mean, variance], { epsilon })[0];
}

/** [C] as [1,C,1,1], which broadcasts over a map. */
export function perChannel(value: Value): Value {
  const [channels] = vector(value.shape);
  return reshape(value, [1, channels, 1, 1]);
}
