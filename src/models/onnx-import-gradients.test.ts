import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tensorOf } from '../../test/helpers/lcg.js';
import { feedsOf, skipWithout } from '../../test/helpers/onnx-fixtures.js';
import { gradients } from '../autodiff/gradients.js';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { constant, mul, reduceSum, reshape, type Shape, type Tensor } from '../graph/ops.js';
import { input } from '../graph/value.js';
import { mobileNetV2 } from '../nn/mobilenet-v2.js';
import type { Network } from '../nn/network.js';
import { recordingScope } from '../nn/scope.js';
import { exportOnnx } from './export/onnx.js';
import { importOnnx } from './onnx-import.js';

const random = (seed: number, shape: Shape) => tensorOf({ shape, seed, scale: 0.5, offset: 0.1 });
const preprocessing = { imageSize: 8, resizeSize: 9, mean: [0, 0, 0], std: [1, 1, 1] } as const;

test('the gradient of an imported network agrees with central differences', () => {
  const original = mobileNetV2(
    { seed: 3 },
    {
      stem: 4,
      last: 8,
      groups: [
        { expansion: 1, channels: 4, repeats: 1, stride: 1 },
        { expansion: 2, channels: 6, repeats: 2, stride: 2 },
      ],
      activation: 'silu',
    },
  );
  const small = { ...original, preprocessing: { ...original.preprocessing, imageSize: 12 } };
  const head = { weight: random(1, [3, 8]), bias: random(2, [3]), classes: ['a', 'b', 'c'] };
  const network = importOnnx(exportOnnx({ network: small, head }), { name: 'exported.onnx', preprocessing });
  assert.equal(network.parameters.size, original.parameters.size);
  checkGradients(network, random(5, [2, 3, 8, 8]), 1e-6, (_, noise) => noise);
});

const mobilenet = '../shared/data/models/mobilenet-v1-025-128/onnx/model.onnx';
test('the gradient of MobileNetV1 agrees with central differences', { skip: skipWithout(mobilenet) }, () => {
  const network = importOnnx(readFileSync(mobilenet), { name: 'mobilenet' });
  // Weights that are exactly 0 stay so: a channel of zeros lies on ReLU's kink.
  checkGradients(network, random(5, [2, 3, 32, 32]), 1e-5, (weight, noise) => weight * noise);
});

/** Central differences of a random functional of the features, in double precision, along random directions. */
function checkGradients(
  network: Network,
  images: Tensor<'float32'>,
  tolerance: number,
  direction: (weight: number, noise: number) => number,
): void {
  const scope = recordingScope(network, { training: true });
  const features = network.features(input('images', images), scope);
  const loss = reshape(reduceSum(mul(features, constant(random(77, features.shape)))), []);
  const targets = [...scope.parameters];
  const feeds = new Map(
    [...feedsOf(network, images)].map(([name, { data }]) => [name, Float64Array.from(data, Number)]),
  );
  const fed = (name: string) => {
    const values = feeds.get(name);
    assert.ok(values !== undefined, name);
    return values;
  };
  const analytic = interpret(
    gradients(
      loss,
      targets.map(([, value]) => value),
    ),
    feeds,
  );
  for (const seed of [1, 2, 3]) {
    const directions = targets.map(([name, { shape }], i) => {
      const noise = tensorOf({ shape, seed: seed * 1000 + i, scale: 0.1, offset: 0 }).data;
      return fed(name).map((weight, k) => direction(weight, at(noise, k)));
    });
    const derivative = analytic.reduce(
      (sum, g, i) => sum + g.reduce((inner, value, k) => inner + value * at(at(directions, i), k), 0),
      0,
    );
    const step = 1e-7;
    const lossAt = (sign: number) => {
      const moved = new Map(feeds);
      targets.forEach(([name], i) => {
        const along = at(directions, i);
        moved.set(
          name,
          fed(name).map((value, k) => value + sign * step * at(along, k)),
        );
      });
      return at(at(interpret([loss], moved), 0), 0);
    };
    const numeric = (lossAt(1) - lossAt(-1)) / (2 * step);
    assert.ok(
      Math.abs(numeric - derivative) <= tolerance * Math.max(1e-3, Math.abs(derivative)),
      `direction ${seed}: ${derivative} against ${numeric}`,
    );
  }
}
