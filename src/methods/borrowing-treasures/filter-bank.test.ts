import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrayPrepareTools } from '../../../test/helpers/prepare-tools.js';
import { runGraph } from '../../../test/helpers/run-graph.js';
import { AdarandError, at } from '../../errors.js';
import { conv } from '../../graph/operators/conv.js';
import { relu } from '../../graph/operators/relu.js';
import { float32, sizeOf, type Tensor } from '../../graph/tensor.js';
import { constant, input, type Value } from '../../graph/value.js';
import { cifarResNet } from '../../nn/cifar-resnet.js';
import { mobileNetV2 } from '../../nn/mobilenet-v2.js';
import type { Network } from '../../nn/network.js';
import { backboneNamed } from '../../nn/registry.js';
import { vitSizes } from '../../nn/vit/family.js';
import { vit } from '../../nn/vit/vit.js';
import { nodeDriver } from '../../runtime/node.js';
import { frozenNetwork } from '../../training/frozen-network.js';
import type { FrozenNetwork } from '../prepare.js';
import { FilterBank, gaborMaps, networkMaps } from './filter-bank.js';

const pixelsOf = (side: number, count = 1): Value =>
  input('pixels', { dtype: 'uint8', shape: [count, side, side, 3] });

for (const [network, first, second] of [
  [cifarResNet(8, { seed: 0 }), 'conv1', 'layer1.0.conv1'],
  [backboneNamed('resnet18', { seed: 0 }), 'conv1', 'layer1.0.conv1'],
  [backboneNamed('resnet50', { seed: 0 }), 'conv1', 'layer1.0.conv1'],
  [mobileNetV2({ seed: 0 }), 'features.0.0', 'features.1.conv.0.0'],
] as const)
  test(`${network.name}: the filters are those of ${first} and ${second}`, () => {
    const maps = networkMaps(frozenNetwork(network), pixelsOf(64, 2));
    assert.deepEqual(maps.map(kernelName), [`pretrained:${first}.weight`, `pretrained:${second}.weight`]);
    assert.deepEqual(
      maps.map(({ shape }) => shape.slice(0, 2)),
      [first, second].map((name) => [2, network.parameters.get(`${name}.weight`)?.tensor.shape[0]]),
    );
  });

test("a ViT's filters are those of its patches", () => {
  const network = vit({ ...vitSizes.tiny, imageSize: 32, width: 8, depth: 1, heads: 2 }, { seed: 0 });
  const maps = networkMaps(frozenNetwork(network), pixelsOf(32));
  assert.deepEqual(maps.map(kernelName), ['pretrained:patch_embed.proj.weight']);
});

test('a network without convolutions is refused, with the way out', () => {
  const images = input('images', { dtype: 'float32', shape: [1, 3, 4, 4] });
  const network: FrozenNetwork = {
    featureMaps: [],
    images: () => images,
    features: (x) => ({ features: relu(x), featureMaps: new Map() }),
    featuresFrom: (_, map) => map,
  };
  assert.throws(
    () => networkMaps(network, pixelsOf(4)),
    (error) =>
      error instanceof AdarandError &&
      error.code === 'method.filter-bank' &&
      error.hint?.includes('--option bank=gabor') === true,
  );
});

test('one convolution is enough, and one that is used twice is one', () => {
  const kernel = constant(float32([3, 3, 1, 1], new Float32Array(9)));
  const apply = (x: Value) =>
    conv(x, kernel, undefined, { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 });
  const images = input('images', { dtype: 'float32', shape: [1, 3, 4, 4] });
  let first: Value | undefined;
  const network: FrozenNetwork = {
    featureMaps: [],
    images: () => images,
    features(x) {
      first = apply(x);
      return { features: apply(relu(first)), featureMaps: new Map() };
    },
    featuresFrom: (_role, map) => map,
  };
  assert.deepEqual(networkMaps(network, pixelsOf(4)), [first]);
});

test('Gabor filters do not see brightness, not even at the border', async () => {
  const maps = at(gaborMaps(pixelsOf(12, 2)), 0);
  assert.deepEqual(maps.shape, [2, 48, 12, 12]);
  const responses = await respond(maps, [...new Array(432).fill(40), ...new Array(432).fill(255)]);
  assert.ok(responses.every((response) => Math.abs(response) < 1e-3));
});

test('a vertical grating is answered by the filters of its frequency and orientation', async () => {
  const side = 40;
  const maps = at(gaborMaps(pixelsOf(side)), 0);
  // A wavelength of 10 pixels: the third of 0.4, 0.2, 0.1 and 0.05 cycles per pixel.
  const pixels = Array.from({ length: side * side * 3 }, (_, i) =>
    Math.round(128 + 100 * Math.cos((2 * Math.PI * (Math.floor(i / 3) % side)) / 10)),
  );
  const responses = await respond(maps, pixels);
  const centre = (side / 2) * side + side / 2;
  const energies = Array.from({ length: 24 }, (_, filter) => {
    const [real, imaginary] = [2 * filter, 2 * filter + 1].map((map) =>
      at(responses, map * side ** 2 + centre),
    );
    return Math.hypot(real ?? 0, imaginary ?? 0);
  });
  assert.equal(energies.indexOf(Math.max(...energies)), 2 * 6);
  assert.ok(Math.abs(at(energies, 12) - 50) < 3); // half the amplitude: the wave of positive frequency
});

test('large images are looked at in steps', () => {
  assert.deepEqual(at(gaborMaps(pixelsOf(224)), 0).shape, [1, 48, 56, 56]);
  assert.deepEqual(at(gaborMaps(pixelsOf(96)), 0).shape, [1, 48, 48, 48]);
});

test('every image is seen once, in order, in batches that fit', async () => {
  const network: Network = {
    ...cifarResNet(8, { seed: 1 }),
    preprocessing: { imageSize: 2, resizeSize: 2, mean: [0, 0, 0], std: [1, 1, 1] },
  };
  const count = 70;
  const pixels = Array.from({ length: count }, (_, i) => new Array<number>(12).fill(i));
  const train = { features: [], labels: pixels.map(() => 0), pixels };
  const reported: number[] = [];
  const bank = await FilterBank.compile(
    arrayPrepareTools({ classes: 1, train, network }),
    'network',
    (images) => reported.push(images),
  );
  assert.deepEqual(bank.channels, [16, 16]);
  const firsts: number[] = [];
  for await (const { maps, count: rows } of bank.responses('train')) {
    const { data, shape } = at(maps, 0);
    for (let i = 0; i < rows; i++) firsts.push(at(data, i * sizeOf(shape.slice(1))));
  }
  await bank.release();
  assert.deepEqual(reported, [64, 6]);
  // A convolution is linear: black answers 0, and brightness counts in proportion.
  assert.equal(firsts.length, count);
  firsts.forEach((response, i) => {
    assert.ok(Math.abs(response - i * at(firsts, 1)) < 1e-5 * Math.abs(at(firsts, 69)));
  });
  assert.notEqual(firsts[1], 0);
});

function kernelName({ origin }: Value): string | undefined {
  if (origin.kind !== 'node') return undefined;
  const kernel = origin.node.inputs[1]?.origin;
  return kernel?.kind === 'input' ? kernel.name : undefined;
}

async function respond(maps: Value, pixels: readonly number[]): Promise<Float32Array> {
  const shape = [at(maps.shape, 0), ...maps.shape.slice(2), 3];
  const feed: Tensor = { dtype: 'uint8', shape, data: Uint8Array.from(pixels) };
  const [responses] = await runGraph(nodeDriver, 'cpu', [maps], new Map([['pixels', feed]]));
  assert.ok(responses?.dtype === 'float32');
  return responses.data;
}
