import { z } from 'zod';
import { gather, mul, sub } from '../src/graph/index.js';
import { bound, defineMethod } from '../src/index.js';
import { mean } from '../src/nn/functional.js';

/**
 * Your own method, in one file: it pulls every feature vector to its class's mean under the pretrained network.
 * `adarand train photos --model some-backbone --method ./own-method.js` trains with it. In your own project, import
 * from `adarand/graph`, `adarand` and `adarand/nn/functional`.
 */
export default defineMethod({
  name: 'class-centres',
  title: 'Pull to fixed class centres',
  paper: 'an example',
  formula: 'L = CE + lambda mean ||g - mu_y||^2',
  options: z.strictObject({}),
  defaultLambda: 1,
  lambdaUnit: 'features',
  bind: () =>
    bound({
      needs: ['features', 'labels', 'classStatistics'],
      loss({ features, labels, classStatistics }, { state }) {
        const offset = sub(features, gather(state('centres', classStatistics.mean), labels));
        return { penalty: mean(mul(offset, offset)) };
      },
    }),
});
