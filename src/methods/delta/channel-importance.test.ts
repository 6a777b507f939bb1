import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../../test/helpers/golden.js';
import { recipeSchema } from '../../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../../test/helpers/lcg.js';
import { arrayPrepareTools } from '../../../test/helpers/prepare-tools.js';
import { worstError } from '../../../test/helpers/samples.js';
import { at } from '../../errors.js';
import { conv } from '../../graph/operators/conv.js';
import { reduceMean } from '../../graph/operators/reduce-mean.js';
import { relu } from '../../graph/operators/relu.js';
import { reshape } from '../../graph/operators/reshape.js';
import { transpose } from '../../graph/operators/transpose.js';
import { float32, sizeOf, zeros } from '../../graph/tensor.js';
import { globalAveragePool } from '../../nn/layers.js';
import type { Network } from '../../nn/network.js';
import { delta } from '../delta.js';
import { LAMBDA_SCALE } from '../lambda-unit.js';
import type { PrepareTools } from '../prepare.js';
import { ablationImportances, gradientImportances } from './channel-importance.js';
import { sampleTrainingImages } from './image-sample.js';

const perTap = z.record(z.string(), z.array(z.number()));
const triple = z.tuple([z.number(), z.number(), z.number()]);
const { classes, network: golden } = readGolden(
  'delta',
  z.object({
    classes: z.number(),
    network: z.object({
      side: z.number(),
      mean: triple,
      std: triple,
      parameters: z.record(z.string(), recipeSchema),
      head: z.object({ weight: recipeSchema, bias: recipeSchema }),
      pixels: recipeSchema,
      labels: z.array(z.number()),
      features: z.array(z.array(z.number())),
      imagesPerBatch: z.number(),
      ablation: perTap,
      gradient: perTap,
      attention: z.object({ ablation: perTap, gradient: perTap }),
    }),
  }),
);

const pixels = rowsOf(tensorOf(golden.pixels).data.map(Math.floor), golden.side ** 2 * 3);
const convolutional: Network = {
  name: 'two convolutions',
  modelType: 'test',
  featureSize: 5,
  preprocessing: { imageSize: golden.side, resizeSize: golden.side, mean: golden.mean, std: golden.std },
  parameters: new Map(
    Object.entries(golden.parameters).map(([name, recipe]) => [
      name,
      { kind: 'weight', tensor: tensorOf(recipe) },
    ]),
  ),
  groups: [{ name: 'all', parameters: Object.keys(golden.parameters) }],
  buffers: new Map(),
  pretrainedHead: undefined,
  features(images, scope) {
    let x = images;
    for (const [layer, stride] of [1, 2].entries()) {
      const name = `conv${layer + 1}`;
      const geometry = { strides: [stride, stride], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 };
      x = relu(conv(x, scope.parameter(`${name}.weight`), scope.parameter(`${name}.bias`), geometry));
      scope.featureMap(`stage${layer + 1}`, x);
    }
    return globalAveragePool(x);
  },
};
const given = {
  classes,
  train: { features: golden.features, labels: golden.labels, pixels },
  network: convolutional,
};
const tools = arrayPrepareTools(given);
const head = { weight: tensorOf(golden.head.weight), bias: tensorOf(golden.head.bias) };
const sample = await sampleTrainingImages(tools, { batches: 2, batchSize: golden.imagesPerBatch });

describe('importances agree with PyTorch', () => {
  for (const [name, estimate] of [
    ['ablation', ablationImportances],
    ['gradient', gradientImportances],
  ] as const)
    test(name, async () => {
      const importances = await estimate(tools, head, sample);
      assert.deepEqual([...importances.keys()], Object.keys(golden[name]));
      for (const [role, expected] of Object.entries(golden[name]))
        assert.ok(worstError(importances.get(role) ?? [], expected) < 1e-6, role);
    });
});

describe('attention agrees with scikit-learn and PyTorch', () => {
  for (const [attention, expected] of Object.entries(golden.attention))
    test(attention, async () => {
      const prepared = await delta.bind({ attention, batches: 2 }).prepare?.(tools);
      assert.deepEqual(Object.keys(prepared ?? {}), [
        ...Object.keys(expected).map((role) => `attention.${role}`),
        LAMBDA_SCALE,
      ]);
      for (const [role, weights] of Object.entries(expected)) {
        const error = worstError(prepared?.[`attention.${role}`]?.data ?? [], weights);
        assert.ok(error < 1e-3, `${role}: ${error}`);
      }
    });

  test('none prepares the unit of lambda alone', async () => {
    const prepared = await delta.bind({ attention: 'none' }).prepare?.(tools);
    assert.deepEqual(Object.keys(prepared ?? {}), [LAMBDA_SCALE]);
  });
});

describe('tokens whose mean is the feature vector: everything is known in closed form', () => {
  const images = Array.from({ length: golden.labels.length }, (_, i) =>
    [0, 1, 2].map((c) => {
      const values = at(pixels, i).filter((_, j) => j % 3 === c);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return (mean / 255 - at(golden.mean, c)) / at(golden.std, c);
    }),
  );
  const tokens = arrayPrepareTools({
    classes,
    train: { features: images, labels: golden.labels, pixels },
    network: {
      ...convolutional,
      name: 'tokens',
      featureSize: 3,
      parameters: new Map(),
      features(x, scope) {
        const [n = 0, width = 0, ...sides] = x.shape;
        const map = transpose(reshape(x, [n, width, sizeOf(sides)]), [0, 2, 1]);
        scope.featureMap('stage1', map);
        return reshape(reduceMean(map, [1]), [n, width]);
      },
    },
  });
  const W = [
    [1, -2, 0.5],
    [-1, 0.5, 0.25],
    [0.5, 1, 2],
  ];
  const head = { weight: float32([3, 3], W.flat()), bias: float32([3], [0.1, -0.2, 0.3]) };
  const logitsOf = (g: readonly number[]) =>
    W.map((row, k) => row.reduce((sum, w, j) => sum + w * at(g, j), at(head.bias.data, k)));
  const probabilities = (g: readonly number[]) => {
    const odds = logitsOf(g).map(Math.exp);
    const sum = odds.reduce((total, odd) => total + odd, 0);
    return odds.map((odd) => odd / sum);
  };
  const mean = (of: (g: readonly number[], label: number) => number) =>
    images.reduce((sum, g, i) => sum + of(g, at(golden.labels, i)), 0) / images.length;
  const loss = (g: readonly number[], label: number) => -Math.log(at(probabilities(g), label));
  const channels = [0, 1, 2];

  test('ablation is the loss without a feature', async () => {
    const importances = await ablationImportances(tokens, head, sample);
    const expected = channels.map((c) => mean((g, label) => loss(g.with(c, 0), label) - loss(g, label)));
    assert.ok(worstError(importances.get('stage1') ?? [], expected) < 1e-5);
  });

  test('the estimate squares the gradients of the cross-entropy, (p - y) W, image by image', async () => {
    const importances = await gradientImportances(tokens, head, sample);
    const expected = channels.map((c) =>
      mean((g, label) => {
        const change = probabilities(g).reduce(
          (sum, p, k) => sum + (p - Number(k === label)) * at(at(W, k), c) * at(g, c),
          0,
        );
        return change ** 2 / 2;
      }),
    );
    assert.ok(worstError(importances.get('stage1') ?? [], expected) < 1e-5);
  });

  test('where labels are as likely as the head says, the estimate nears ablation as that does 0', async () => {
    // One image forty times, of class 0 with probability p; one channel decides, and without it p is 1/2.
    const [first] = await sampleTrainingImages(tokens, { batches: 1, batchSize: 1 });
    assert.ok(first !== undefined);
    const image = at(
      images,
      pixels.findIndex((row) => first.pixels.data.every((value, i) => value === row[i])),
    );
    const repeated = zeros('uint8', first.pixels.shape.with(0, 40));
    for (let i = 0; i < 40; i++) repeated.data.set(first.pixels.data, i * first.pixels.data.length);
    for (const [p, tolerance] of [
      [0.6, 0.025],
      [0.55, 0.006],
    ] as const) {
      const logit = Math.log(p / (1 - p));
      const weight = float32([2, 3], [logit / at(image, 0), 0, 0, 0, 0, 0]);
      const ofClass0 = Math.round(40 * p);
      const labels = Array.from({ length: 40 }, (_, i) => (i < ofClass0 ? [1, 0] : [0, 1])).flat();
      const batch = { pixels: repeated, oneHot: float32([40, 2], labels) };
      const fitted = { weight, bias: float32([2], [0, 0]) };
      const ablation = at((await ablationImportances(tokens, fitted, [batch])).get('stage1') ?? [], 0);
      const estimate = at((await gradientImportances(tokens, fitted, [batch])).get('stage1') ?? [], 0);
      const gain = Math.log(2) + p * Math.log(p) + (1 - p) * Math.log(1 - p);
      assert.ok(Math.abs(ablation / gain - 1) < 1e-4, `${ablation} for ${gain}`);
      assert.ok(Math.abs(estimate / gain - 1) < tolerance, `${estimate} for ${gain}`);
    }
  });
});

test('progress counts every ablation, and what it throws ends them with everything released', async () => {
  const shares: number[] = [];
  let open = 0;
  const watched = (progress: PrepareTools['progress']): PrepareTools =>
    Object.assign(arrayPrepareTools(given), {
      progress,
      compile: async (outputs: Parameters<PrepareTools['compile']>[0]) => {
        open++;
        const release = async () => {
          open--;
        };
        return { ...(await tools.compile(outputs)), release };
      },
    });
  const counting = watched((done, total) => {
    shares.push(done / total);
  });
  await ablationImportances(counting, head, sample);
  const total = (4 + 5) * sample.length;
  assert.deepEqual(
    shares,
    Array.from({ length: total }, (_, i) => (i + 1) / total),
  );
  assert.equal(open, 0);
  const stopping = watched(() => {
    throw new Error('stopped');
  });
  for (const estimate of [ablationImportances, gradientImportances])
    await assert.rejects(estimate(stopping, head, sample), /stopped/);
  assert.equal(open, 0);
});

describe('a sample of the training images', () => {
  const drawn = async (batches: number, batchSize: number, seed = 0) =>
    (await sampleTrainingImages(arrayPrepareTools({ ...given, seed }), { batches, batchSize })).flatMap(
      (batch) => {
        const image = golden.side ** 2 * 3;
        return Array.from({ length: at(batch.oneHot.shape, 0) }, (_, i) => {
          const found = pixels.findIndex((row) =>
            row.every((value, j) => value === batch.pixels.data[i * image + j]),
          );
          const label = batch.oneHot.data.subarray(i * classes, (i + 1) * classes).indexOf(1);
          assert.equal(label, golden.labels[found], "the label is the image's own");
          return found;
        });
      },
    );

  test('has each image once, whole batches of them, and is a function of the seed', async () => {
    for (const [batches, batchSize, expected] of [
      [2, 10, 20],
      [4, 30, 60],
      [1, 64, 64],
      [3, 100, 64],
    ] as const) {
      const images = await drawn(batches, batchSize);
      assert.equal(images.length, expected);
      assert.equal(new Set(images).size, expected);
      assert.deepEqual(await drawn(batches, batchSize), images);
    }
    assert.notDeepEqual(await drawn(2, 10, 1), await drawn(2, 10, 2));
  });

  test('has all classes of images that are sorted by class', async () => {
    const labels = (await drawn(1, 20)).map((image) => golden.labels[image]);
    assert.equal(new Set(labels).size, classes);
  });
});

function rowsOf(numbers: Float32Array, length: number): number[][] {
  return Array.from({ length: numbers.length / length }, (_, i) => [
    ...numbers.subarray(i * length, (i + 1) * length),
  ]);
}
