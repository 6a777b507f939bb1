import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { recipeSchema } from '../../test/helpers/golden-schemas.js';
import { lcg, tensorOf } from '../../test/helpers/lcg.js';
import { arrayPrepareTools, type ImageArrays } from '../../test/helpers/prepare-tools.js';
import { readFrom } from '../../test/helpers/read-tensor.js';
import { worstError } from '../../test/helpers/samples.js';
import { at } from '../errors.js';
import { int32, type Tensor, type Tensors, zeros } from '../graph/tensor.js';
import { cifarResNet } from '../nn/cifar-resnet.js';
import type { Network } from '../nn/network.js';
import { methodLoss } from '../training/method-loss.js';
import { borrowingTreasures } from './borrowing-treasures.js';
import type { PrepareTools } from './prepare.js';

const numbers = z.array(z.number());
const imagesSchema = z.object({ amplitudes: numbers, offsets: numbers, noise: recipeSchema });
const golden = readGolden(
  'borrowing',
  z.object({
    round: z.object({
      length: z.number(),
      initial: z.number(),
      logits: recipeSchema,
      labels: numbers,
      counts: numbers,
      after: numbers,
    }),
    whole: z.object({
      bins: z.number(),
      length: z.number(),
      targets: imagesSchema,
      sources: imagesSchema,
      tensors: z.record(z.string(), recipeSchema),
      neighbours: z.array(numbers),
    }),
  }),
);

describe('preparation', () => {
  test("ranks source images by the network's first two convolutions as PyTorch and NumPy do", async () => {
    const { tensors, targets, sources, bins, length, neighbours } = golden.whole;
    const given = new Map(Object.entries(tensors).map(([name, recipe]) => [name, tensorOf(recipe)]));
    const { parameters, buffers } = cifarResNet(8, { seed: 0 });
    const drawn = [...parameters].map(([name, { tensor }]): [string, Tensor<'float32'>] => [name, tensor]);
    const network = cifarResNet(8, { tensors: new Map([...drawn, ...buffers, ...given]) });
    const reported: (readonly [number, number])[] = [];
    const tools = Object.assign(
      arrayPrepareTools({ classes: 1, train: imagesOf(targets), source: imagesOf(sources), network }),
      { progress: (...progress: [number, number]) => reported.push(progress) },
    );
    const prepared = await prepare(tools, { bins, neighbours: length });
    assert.deepEqual(prepared.neighbours?.shape, [targets.offsets.length, length]);
    assert.deepEqual([...(prepared.neighbours?.data ?? [])], neighbours.flat());
    assert.deepEqual([...(prepared.counts?.data ?? [])], [1, 1, 1, 1]);
    assert.deepEqual(reported.at(-1), [22, 22]); // 3 x 4 target images and 10 source images
  });

  test('with Gabor filters, too, an image is its own nearest neighbour', async () => {
    const source = imagesOf({
      ...golden.whole.sources,
      noise: { ...golden.whole.sources.noise, shape: [10, 8, 8, 3] },
    });
    const order = [7, 2, 5];
    const train = { ...source, labels: [0, 0, 0], pixels: order.map((i) => at(source.pixels ?? [], i)) };
    const prepared = await prepare(arrayPrepareTools({ classes: 1, train, source, network: tiny(8) }), {
      bank: 'gabor',
    });
    assert.deepEqual(prepared.neighbours?.shape, [3, 10]);
    const ranked = [...readFrom(prepared)('neighbours', 'int32').data];
    assert.deepEqual([ranked[0], ranked[10], ranked[20]], order);
    for (let i = 0; i < 3; i++)
      assert.deepEqual(
        ranked.slice(10 * i, 10 * i + 10).toSorted((a, b) => a - b),
        Array.from({ length: 10 }, (_, index) => index),
      );
  });

  test('K_0 is 6 % of the list unless given, and at most the list', async () => {
    const images = (count: number): ImageArrays => ({
      features: [],
      labels: new Array<number>(count).fill(0),
      pixels: Array.from({ length: count }, (_, i) => new Array<number>(12).fill(3 * i)),
    });
    const tools = arrayPrepareTools({ classes: 1, train: images(2), source: images(40), network: tiny(2) });
    const first = async (options: object) => (await prepare(tools, { bins: 2, ...options })).counts?.data[0];
    assert.equal(await first({}), 3);
    assert.equal(await first({ neighbours: 10 }), 1);
    assert.equal(await first({ initial: 7 }), 7);
    assert.equal(await first({ initial: 70, neighbours: 30 }), 30);
  });
});

describe('source images', () => {
  const tensor = readFrom({
    neighbours: int32([3, 4], [10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33]),
    counts: int32([3], [1, 2, 4]),
  });
  const { sourceSampler } = borrowingTreasures.bind();
  const choose = (batch: number, seed = 0) => [
    ...(sourceSampler?.({ targets: Int32Array.of(2, 0, 1, 2), batch, seed, tensor }) ?? []),
  ];

  test('are drawn evenly from the first K_i', () => {
    const batches = 2000;
    const times = new Map<string, number>();
    for (let batch = 0; batch < batches; batch++)
      choose(batch).forEach((image, place) => {
        times.set(`${place}:${image}`, (times.get(`${place}:${image}`) ?? 0) + 1);
      });
    const expected = { '0:30': 4, '0:31': 4, '0:32': 4, '0:33': 4, '1:10': 1, '2:20': 2, '2:21': 2 };
    for (const [key, parts] of Object.entries(expected))
      assert.ok(Math.abs((times.get(key) ?? 0) - batches / parts) < 0.05 * batches, key);
    assert.equal(times.size, 7 + 4);
  });

  test('are a function of seed and batch', () => {
    assert.deepEqual(choose(5), choose(5));
    const several = (seed: number) => Array.from({ length: 8 }, (_, batch) => choose(batch, seed)).flat();
    assert.notDeepEqual(several(0), several(1));
  });
});

test('after some epochs images that are misclassified or uncertain borrow more, up to the whole list', () => {
  const { length, initial, logits, labels, counts, after } = golden.round;
  const tensor = readFrom({
    neighbours: zeros('int32', [labels.length, length]),
    counts: int32([labels.length], counts),
  });
  const predictions = { logits: tensorOf(logits), labels: Int32Array.from(labels) };
  const next = (options: object) =>
    borrowingTreasures.bind(options).epochCallback?.run(tensor, predictions).counts?.data ?? [];
  assert.deepEqual([...next({ initial })], after);
  const still = { misclassified: 0, uncertain: 0 };
  assert.deepEqual([...next({ initial, ...still })], counts);
  // Without K_0: 6 % of 40, rounded up, which is what was given.
  assert.deepEqual([...next({})], after);
  assert.equal(borrowingTreasures.bind({ updateEpochs: 3 }).epochCallback?.epochs, 3);
});

describe('the penalty', () => {
  const features = [
    [0.5, -1, 2],
    [1, 0.25, -0.5],
  ];
  const labels = [3, 0];
  const weight = lcg(5, 12);
  const bias = lcg(6, 4);
  const inputs = {
    features: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    labels: [0, 1],
    classes: 2,
    sourceBatch: { features, labels, classes: 4 },
    prepared: {
      neighbours: zeros('int32', [5, 2]),
      counts: int32([5], [1, 2, 3, 4, 5]),
    },
  };

  test('is the cross-entropy of the source batch, with its gradients', () => {
    const { penalty, taskLoss, gradients, nextState } = methodLoss(borrowingTreasures, {
      ...inputs,
      state: { 'sourceHead.weight': weight, 'sourceHead.bias': bias },
    });
    const rows = [0, 1, 2, 3].map((k) => [...weight.subarray(3 * k, 3 * k + 3)]);
    const gradientsOf = features.map((x, i) => {
      const scores = rows.map((row, k) => row.reduce((sum, w, j) => sum + w * at(x, j), at(bias, k)));
      const mass = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      const loss = Math.log(mass) - at(scores, at(labels, i));
      return {
        loss,
        gradient: scores.map((score, k) => (Math.exp(score) / mass - Number(k === labels[i])) / 2),
      };
    });
    assert.ok(Math.abs(penalty - gradientsOf.reduce((sum, { loss }) => sum + loss, 0) / 2) < 1e-12);
    assert.equal(taskLoss, 0);
    const toFeatures = gradientsOf.flatMap(({ gradient }) =>
      [0, 1, 2].map((j) => rows.reduce((sum, row, k) => sum + at(gradient, k) * at(row, j), 0)),
    );
    const toBias = [0, 1, 2, 3].map((k) =>
      gradientsOf.reduce((sum, { gradient }) => sum + at(gradient, k), 0),
    );
    assert.ok(worstError(gradients['sourceBatch.features'] ?? [], toFeatures) < 1e-9);
    assert.ok(worstError(gradients['sourceHead.bias'] ?? [], toBias) < 1e-9);
    assert.ok(gradients.features.every((gradient) => gradient === 0));
    assert.deepEqual([...(nextState.counts ?? [])], [1, 2, 3, 4, 5]);
  });

  test('starts near log S: the new head knows little', () => {
    const { penalty, nextState } = methodLoss(borrowingTreasures, inputs);
    assert.ok(Math.abs(penalty - Math.log(4)) < 0.1 && penalty !== Math.log(4));
    assert.ok(nextState['sourceHead.bias']?.every((element) => element === 0));
  });
});

function tiny(side: number): Network {
  const preprocessing = { imageSize: side, resizeSize: side, mean: [0, 0, 0], std: [1, 1, 1] } as const;
  return { ...cifarResNet(8, { seed: 3 }), preprocessing };
}

/** Noise of different contrast and brightness: floor(offset + amplitude v). */
function imagesOf({ amplitudes, offsets, noise }: z.infer<typeof imagesSchema>): ImageArrays {
  const { data } = tensorOf(noise);
  const size = data.length / amplitudes.length;
  const pixels = amplitudes.map((amplitude, i) =>
    Array.from(data.subarray(i * size, (i + 1) * size), (v) => Math.floor(at(offsets, i) + amplitude * v)),
  );
  return { features: [], labels: amplitudes.map(() => 0), pixels };
}

async function prepare(tools: PrepareTools, options: object): Promise<Tensors> {
  return (await borrowingTreasures.bind(options).prepare?.(tools)) ?? {};
}
