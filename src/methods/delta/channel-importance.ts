import { gradients } from '../../autodiff/gradients.js';
import { at, invariant } from '../../errors.js';
import { float32, mul, reduceSum, type Tensor, type Value } from '../../graph/ops.js';
import { floatsOf } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import { crossEntropy, linear } from '../../nn/functional.js';
import type { Computation, PrepareTools } from '../prepare.js';
import type { LinearClassifier } from '../shared/logistic-regression.js';
import { channelsOf, scaleChannels, sumPixels } from './feature-maps.js';
import type { ImageBatch } from './image-sample.js';

/** How much the classification of the target images depends on each channel of each feature map: [C] by role. */
export type Importances = ReadonlyMap<string, Float64Array>;

/** Of the frozen network, in evaluation mode, under a head for the target classes; all batches have one size. */
export type ImportanceEstimate = (
  tools: PrepareTools,
  head: LinearClassifier,
  batches: readonly ImageBatch[],
) => Promise<Importances>;

/**
 * Importance by ablation (DELTA, arXiv 1901.09229): what the cross-entropy gains when channel c is zeroed,
 *
 *   v_c = mean over batches of CE(F with F_c = 0) - CE(F)
 *
 * Each batch goes through the network up to the feature map once, and from there to the loss once per channel.
 */
export const ablationImportances: ImportanceEstimate = async (tools, head, batches) => {
  const { images, oneHot } = inputsFor(tools, batches);
  const { featureMaps } = tools.network.features(images);
  const channels = [...featureMaps.values()].reduce((sum, map) => sum + channelsOf(map), 0);
  const importances = new Map<string, Float64Array>();
  let done = 0;
  // Map by map, so that only one rest of the network is in memory.
  for (const [role, map] of featureMaps) {
    const gains = new Float64Array(channelsOf(map));
    const mask = float32([gains.length], new Float32Array(gains.length).fill(1));
    const masked = scaleChannels(input('map', map), input('mask', mask));
    const loss = lossUnder(head, tools.network.featuresFrom(role, masked, images), oneHot);
    await using(tools, new Map([['map', map]]), (front) =>
      using(tools, new Map([['loss', loss]]), async (rest) => {
        for (const batch of batches) {
          const feeds = feedsOf(batch, head);
          feeds.set('map', floatsOf(await front.run(feeds), 'map')).set('mask', mask);
          const evaluate = async () => at(floatsOf(await rest.run(feeds), 'loss').data, 0);
          const intact = await evaluate();
          for (let c = 0; c < gains.length; c++) {
            mask.data[c] = 0;
            gains[c] = at(gains, c) + ((await evaluate()) - intact) / batches.length;
            mask.data[c] = 1;
            tools.progress(++done, channels * batches.length);
          }
        }
      }),
    );
    importances.set(role, gains);
  }
  return importances;
};

/**
 * An estimate of the same from one backward pass per batch: not the authors', but Fisher pruning (Theis, Korshunova,
 * Tejani and Huszar 2018, arXiv 1801.05787). With the cross-entropy CE_i of image i of n,
 *
 *   v_c = 1/(2 n) sum_i s_ic^2,   s_ic = sum over pixels of F_ic dCE_i/dF_ic
 *
 * To first order the gain is the mean of -s_ic, which says nothing here: the head was fitted, so that the gradients of
 * the images cancel. To second order it is half the curvature, which squared gradients approximate at such a minimum.
 */
export const gradientImportances: ImportanceEstimate = async (tools, head, batches) => {
  const { images, oneHot } = inputsFor(tools, batches);
  const { features, featureMaps } = tools.network.features(images);
  // The loss is a mean, so its gradients are those of single images over their number.
  const count = at(oneHot.shape, 0);
  const gradientsOf = gradients(lossUnder(head, features, oneHot), [...featureMaps.values()]);
  const outputs = new Map(
    [...featureMaps].map(([role, map], i) => {
      const change = mul(sumPixels(mul(map, at(gradientsOf, i))), count);
      return [role, mul(reduceSum(mul(change, change), [0]), 0.5 / count)];
    }),
  );
  const importances = new Map(
    [...featureMaps].map(([role, map]) => [role, new Float64Array(channelsOf(map))]),
  );
  await using(tools, outputs, async (backward) => {
    for (const [i, batch] of batches.entries()) {
      const results = await backward.run(feedsOf(batch, head));
      for (const [role, gains] of importances) {
        const { data } = floatsOf(results, role);
        for (let c = 0; c < gains.length; c++) gains[c] = at(gains, c) + at(data, c) / batches.length;
      }
      tools.progress(i + 1, batches.length);
    }
  });
  return importances;
};

/** The inputs that `feedsOf` fills: normalised images, and labels as rows of zeros and a one. */
function inputsFor(
  { network }: PrepareTools,
  [batch]: readonly ImageBatch[],
): { images: Value; oneHot: Value } {
  invariant(batch !== undefined, 'importances need images');
  return { images: network.images(input('pixels', batch.pixels)), oneHot: input('one_hot', batch.oneHot) };
}

function feedsOf({ pixels, oneHot }: ImageBatch, head: LinearClassifier): Map<string, Tensor> {
  return new Map<string, Tensor>([
    ['pixels', pixels],
    ['one_hot', oneHot],
    ['head.weight', head.weight],
    ['head.bias', head.bias],
  ]);
}

/** Mean cross-entropy, in nats, of features [N, d] under a head that is fed. */
function lossUnder(head: LinearClassifier, features: Value, oneHot: Value): Value {
  const [weight, bias] = [input('head.weight', head.weight), input('head.bias', head.bias)];
  return crossEntropy(linear(features, weight, bias), oneHot);
}

async function using(
  tools: PrepareTools,
  outputs: ReadonlyMap<string, Value>,
  use: (computation: Computation) => Promise<void>,
): Promise<void> {
  const computation = await tools.compile(outputs);
  try {
    await use(computation);
  } finally {
    await computation.release();
  }
}
