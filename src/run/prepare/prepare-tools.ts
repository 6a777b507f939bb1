import { type DatasetImage, evalBatches, type LabelledImage } from '../../data/index.js';
import { at } from '../../errors.js';
import { zeros } from '../../graph/tensor.js';
import type { EvaluationBatch, ImageSet, PrepareTools } from '../../methods/prepare.js';
import { frozenNetwork } from '../../training/frozen-network.js';
import { type RunHost, throwIfStopped } from '../events.js';
import type { FrozenModel } from './frozen-model.js';
import type { RunInputs } from './run-inputs.js';

/** A run's images and its pretrained network, for methods that prepare. */
export function prepareToolsOf(
  inputs: RunInputs,
  model: FrozenModel,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
  host: RunHost,
): PrepareTools {
  const { network, dataset, source } = inputs;
  const imagesOf = (set: ImageSet): readonly DatasetImage[] =>
    set !== 'source' ? dataset[set].images : source === undefined ? [] : source.images;
  return {
    classes: dataset.classes.length,
    featureSize: network.featureSize,
    batchSize,
    seed,
    imageSize: network.preprocessing.imageSize,
    network: frozenNetwork(network),
    pretrainedHead: network.pretrainedHead,
    sourceClasses: source === undefined ? 0 : source.classes.length,
    count: (set) => imagesOf(set).length,
    async features(set) {
      const features = await model.features(imagesOf(set));
      host.emit({ type: 'phase', phase: 'prepare' });
      return features;
    },
    batches(set, size, positions) {
      const all = imagesOf(set);
      const chosen = positions === undefined ? all : Array.from(positions, (i) => at(all, i));
      return batchesOf(inputs, chosen, size);
    },
    compile: (outputs) => model.compile(outputs),
    progress(done, total) {
      throwIfStopped(host);
      host.emit({ type: 'progress', phase: 'prepare', done, total });
    },
  };
}

async function* batchesOf(
  { network, cache }: RunInputs,
  images: readonly LabelledImage[],
  batchSize: number,
): AsyncGenerator<EvaluationBatch> {
  const { imageSize, resizeSize } = network.preprocessing;
  const pixels = zeros('uint8', [batchSize, imageSize, imageSize, 3]);
  for await (const batch of evalBatches(images, { batchSize, imageSize, resizeSize, cache })) {
    pixels.data.set(batch.pixels);
    yield { pixels, labels: batch.labels, count: batch.count };
  }
}
