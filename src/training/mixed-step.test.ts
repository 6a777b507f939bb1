import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worstError } from '../../test/helpers/samples.js';
import { tinyNetwork } from '../../test/helpers/tiny-network.js';
import { at } from '../errors.js';
import { fineTuning } from '../methods/fine-tuning.js';
import { constant } from '../optimizers/schedules.js';
import { sgd } from '../optimizers/sgd.js';
import { Random } from '../random.js';
import { nodeDriver } from '../runtime/node.js';
import type { Mixture } from './feeds.js';
import { newHead } from './new-head.js';
import { sameRates } from './rate-factors.js';
import { HEAD_BIAS } from './state-names.js';
import { buildStep } from './step-graph.js';
import { Stepper } from './stepper.js';
import type { TaskLossOptions } from './task-loss.js';

const SHAPE = { batchSize: 4, imageSize: 8, classes: 3, accumulate: 1 };
const LABELS = Int32Array.of(0, 1, 2, 1);
const MIXTURE: Mixture = { labels: LABELS.toReversed(), share: 0.7 };

/** One step at a learning rate of 1: its loss, its logits, and how far it moved the head's bias. */
async function step(mixture: Mixture | undefined, taskLoss: TaskLossOptions) {
  const network = tinyNetwork(5);
  const graph = buildStep({
    ...SHAPE,
    network,
    head: newHead(5, SHAPE.classes, 7),
    method: fineTuning.bind(),
    lambda: 0,
    statistics: undefined,
    optimizer: sgd({ momentum: 0 }),
    learningRate: 1,
    schedule: constant,
    weightDecay: 0,
    rateFactors: sameRates(network),
    batchNorm: 'train',
    taskLoss,
  });
  const stepper = await Stepper.compile(graph, SHAPE, { driver: nodeDriver, device: 'cpu' });
  const random = new Random(1, 'test');
  const pixels = Uint8Array.from({ length: 4 * 8 * 8 * 3 }, () => random.below(256));
  const place = { batch: 0, batchesPerEpoch: 1, totalBatches: 1 };
  const outputs = await stepper.step({ pixels, labels: LABELS, count: 4, mixture }, place, 0);
  const numbers = (name: string) => Array.from(outputs.get(name)?.data ?? [], Number);
  // The bias begins at 0.
  const moved = Array.from(stepper.state.get(HEAD_BIAS).data, Number).map((value) => -value);
  const result = { loss: at(numbers('task_loss'), 0), logits: numbers('logits'), moved };
  await stepper.release();
  return result;
}

for (const { labelSmoothing, classWeights } of [
  { labelSmoothing: 0, classWeights: undefined },
  { labelSmoothing: 0.1, classWeights: [0.5, 1, 2] },
])
  test(`a mixed batch: loss and gradient of both classes by their shares, smoothing ${labelSmoothing}`, async () => {
    const { loss, logits, moved } = await step(MIXTURE, { labelSmoothing, classWeights });
    let expectedLoss = 0;
    const expectedGradient = [0, 0, 0];
    for (let i = 0; i < 4; i++) {
      const row = logits.slice(3 * i, 3 * i + 3);
      const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
      const targets = [0, 1, 2].map((c) => {
        const share = 0.7 * Number(LABELS[i] === c) + 0.3 * Number(LABELS[3 - i] === c);
        return (classWeights?.[c] ?? 1) * ((1 - labelSmoothing) * share + labelSmoothing / 3);
      });
      const mass = targets.reduce((total, target) => total + target, 0);
      row.forEach((logit, c) => {
        const probability = Math.exp(logit) / sum;
        expectedLoss -= (at(targets, c) * Math.log(probability)) / 4;
        expectedGradient[c] = at(expectedGradient, c) + (mass * probability - at(targets, c)) / 4;
      });
    }
    assert.ok(worstError([loss], [expectedLoss]) < 1e-6, `${loss} for ${expectedLoss}`);
    assert.ok(worstError(moved, expectedGradient) < 1e-5, `${moved} for ${expectedGradient}`);
  });

test('a batch that is mixed with share 1 is the batch itself, and one with share 1/2 is the mean of both', async () => {
  const own = await step(undefined, {});
  assert.deepEqual(await step({ ...MIXTURE, share: 1 }, {}), own);
  const others = await step({ ...MIXTURE, share: 0 }, {});
  const half = await step({ ...MIXTURE, share: 0.5 }, {});
  assert.ok(worstError([half.loss], [(own.loss + others.loss) / 2]) < 1e-6);
  assert.notEqual(own.loss, others.loss);
});
