import type { Primitive } from '../operator.js';
import { apply, scalar, type Value } from '../value.js';
import { add } from './add.js';
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
  infer: ([x]) => [x],
  gradient: ({ inputs: [x, scale, , mean, variance], attributes: { epsilon }, gradients: [dy] }) => {
    const std = () => sqrt(add(variance, scalar(epsilon)));
    const perChannel = (value: Value) => reshape(value, [1, value.shape[0] ?? 1, 1, 1]);
    const channelSum = (value: Value) => reshape(reduceSum(value, [0, 2, 3]), scale.shape);
    const centred = () => sub(x, perChannel(mean));
    const slope = () => div(scale, std());
    return dy === undefined
      ? []
      : [
          () => mul(dy, perChannel(slope())),
          () => div(channelSum(mul(dy, centred())), std()),
          () => channelSum(dy),
          () => neg(mul(channelSum(dy), slope())),
          () =>
            div(
              mul(channelSum(mul(dy, centred())), mul(slope(), scalar(-0.5))),
              add(variance, scalar(epsilon)),
            ),
        ];
  },
  evaluate: ([x, scale, bias, mean, variance], { epsilon }) => {
    const [, channels = 1] = x.shape;
    const area = (x.shape[2] ?? 1) * (x.shape[3] ?? 1);
    return [
      x.data.map((element, i) => {
        const c = Math.floor(i / area) % channels;
        const std = Math.sqrt((variance.data[c] ?? 0) + epsilon);
        return ((scale.data[c] ?? 0) * (element - (mean.data[c] ?? 0))) / std + (bias.data[c] ?? 0);
      }),
    ];
  },
  emit: (e, inputs, { attributes: { epsilon } }) =>
    e.op('BatchNormalization', inputs, { epsilon: { float: Number(epsilon) } }),
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

/** Batch normalization with given statistics; all of scale, bias, mean and variance are [C]. */
export function batchNormalization(
  x: Value,
  parameters: { scale: Value; bias: Value; mean: Value; variance: Value },
  epsilon: number,
): Value {
  const { scale, bias, mean, variance } = parameters;
  return apply(BatchNormalization, [x, scale, bias, mean, variance], { epsilon })[0];
}
