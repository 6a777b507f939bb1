import { z } from 'zod';
import {
  add,
  float32,
  gather,
  mul,
  stopGradient,
  sub,
  type Tensors,
  type Value,
} from '../src/graph/index.js';
import {
  bound,
  type Distribution,
  defineMethod,
  type LabelledFeatures,
  type Learned,
  type PreStep,
} from '../src/index.js';
import { mean } from '../src/nn/functional.js';
import { adam, cosine } from '../src/optimizers/index.js';

/**
 * A method that learns, in one file: it pulls every feature vector to a random place around its class's centre. The centres
 * begin as the means of the pretrained features, and follow the features by an optimizer of their own, held by where they
 * were when the epoch began. `adarand train photos --model some-backbone --method ./learned-method.js` trains with it. In
 * your own project, import from `adarand/graph`, `adarand`, `adarand/nn/functional` and `adarand/optimizers`.
 */
export default defineMethod({
  name: 'learned-centres',
  title: 'Pull to learned class centres',
  paper: 'an example',
  formula: 'L = CE + lambda mean ||g - (mu_y + s z)||^2; mu by mean ||g - mu_y||^2 + mean ||mu - mu_0||^2',
  options: z.strictObject({
    spread: z.number().min(0).default(0.1).describe('s'),
    distribution: z.enum(['normal', 'uniform']).default('normal').describe('of z'),
  }),
  defaultLambda: 1,
  lambdaUnit: 'features',
  bind: (options) =>
    bound({
      needs: ['features', 'labels'],
      prepare: async ({ features, classes }) => classMeans(await features('train'), classes),
      loss({ features, labels }, { noise, prepared, state }) {
        const centres = state('centres', prepared('means'));
        const before = state('before', prepared('means'));
        const z: Distribution = options.distribution;
        const place = add(gather(centres, labels), mul(noise(z, features.shape), options.spread));
        const learned: Learned = {
          states: [centres],
          objective: add(squared(features, gather(centres, labels)), squared(centres, before)),
          optimizer: adam(),
          learningRate: 0.01,
          schedule: cosine,
        };
        const begin: PreStep = { when: (batch) => batch === 0, updates: new Map([[before, centres]]) };
        return { penalty: squared(features, stopGradient(place)), learned, preSteps: [begin] };
      },
    }),
});

function squared(a: Value, b: Value): Value {
  const offset = sub(a, b);
  return mean(mul(offset, offset));
}

/** The mean of each class's features [n, d]: [K, d]; zeros for a class without images. */
function classMeans({ features, labels }: LabelledFeatures, classes: number): Tensors {
  const [, width = 0] = features.shape;
  const means = new Float32Array(classes * width);
  for (let k = 0; k < classes; k++) {
    const rows = [...labels.keys()].filter((i) => labels[i] === k);
    for (const i of rows)
      features.data.subarray(i * width, (i + 1) * width).forEach((g, j) => {
        means[k * width + j] = (means[k * width + j] ?? 0) + g / rows.length;
      });
  }
  return { means: float32([classes, width], means) };
}
