import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDataset, ImageCache } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import { resizedTo } from '../../models/resized-to.js';
import { backboneNamed } from '../../nn/registry.js';
import { smallerSize, smallImagesRemark } from './small-images.js';

test('a smaller size is a multiple of 32 above the images, and only where it saves much', () => {
  const sizes = [28, 32, 43, 64, 96, 112, 113].map((side) => smallerSize(side, 224));
  assert.deepEqual(sizes, [64, 64, 96, 96, 160, undefined, undefined]);
  assert.equal(smallerSize(28, 64), undefined);
  assert.equal(smallerSize(10, 20), undefined);
  assert.equal(smallerSize(32, 96), 64);
});

const network = backboneNamed('resnet18', { seed: 1 });

function inputs(sides: readonly (readonly [width: number, height: number])[]) {
  const train = sides.map(([width, height], i) => {
    const data = Uint8Array.from({ length: width * height }, (_, j) => (i + j) % 256);
    return { image: { kind: 'pixels', width, height, channels: 1, data } as const, label: i % 2 };
  });
  return {
    dataset: createDataset({ path: 'd', classes: ['a', 'b'], train, val: [], test: [] }, { seed: 0 }),
    cache: new ImageCache({ imageSize: 224 }),
    network,
    openAt: async (imageSize: number) => ({
      ...network,
      preprocessing: resizedTo(network.preprocessing, imageSize),
    }),
  };
}

test('of images that are all enlarged, the saving is that of the work for an image', async () => {
  assert.equal(
    await smallImagesRemark(
      inputs([
        [32, 40],
        [60, 28],
      ]),
    ),
    'the training images have at most 32 pixels on their shorter side, and are enlarged to 224: with --image-size 64, a step ' +
      'takes about 8 % of the time, mostly with a lower accuracy',
  );
});

test('nothing is said where one image is large, or where the network takes no other size', async () => {
  assert.equal(
    await smallImagesRemark(
      inputs([
        [32, 40],
        [150, 140],
      ]),
    ),
    undefined,
  );
  const fixed = inputs([
    [32, 40],
    [28, 28],
  ]);
  const refused = new AdarandError('model.image-size', 'it takes no other size');
  assert.equal(await smallImagesRemark({ ...fixed, openAt: () => Promise.reject(refused) }), undefined);
});

test('images that are not in memory are not looked at again', async () => {
  const { dataset, ...others } = inputs([
    [32, 40],
    [28, 28],
  ]);
  const images = dataset.train.images.map((image) => ({
    ...image,
    image: { kind: 'file', path: 'gone.png' } as const,
  }));
  const unknown = { ...dataset, train: { ...dataset.train, images } };
  assert.equal(await smallImagesRemark({ ...others, dataset: unknown }), undefined);
});
