import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../errors.js';
import { Random } from '../random.js';
import { cutBox, mix, mixedBatches } from './mixing.js';

const SIDE = 8;
const SIZE = SIDE ** 2 * 3;

function images(count: number, seed = 1) {
  const random = new Random(seed, 'test');
  return {
    pixels: Uint8Array.from({ length: count * SIZE }, () => random.below(256)),
    labels: Int32Array.from({ length: count }, (_, i) => i),
  };
}

test('mixup: pixels and labels are the weighted means of two images, by the share that was drawn', () => {
  for (let seed = 0; seed < 20; seed++) {
    const batch = images(5);
    const before = batch.pixels.slice();
    const { labels, mixture } = mix(batch, { mixup: 0.8, cutmix: 0 }, SIDE, new Random(seed, 'mixing', 3, 4));
    const drawn = new Random(seed, 'mixing', 3, 4).beta(0.8);
    assert.equal(mixture.share, Math.max(drawn, 1 - drawn));
    const own = [0, 1, 2, 3, 4];
    assert.deepEqual([...labels], drawn < 0.5 ? own.toReversed() : own);
    assert.deepEqual([...mixture.labels], drawn < 0.5 ? own : own.toReversed());
    for (let i = 0; i < 5; i++)
      for (let j = 0; j < SIZE; j++) {
        const expected = drawn * at(before, i * SIZE + j) + (1 - drawn) * at(before, (4 - i) * SIZE + j);
        assert.ok(Math.abs(at(batch.pixels, i * SIZE + j) - expected) <= 0.5);
      }
  }
});

test('CutMix: every pixel is of one of the two images, and the shares are those of the areas', () => {
  for (let seed = 0; seed < 50; seed++) {
    const batch = images(4);
    const before = batch.pixels.slice();
    const { labels, mixture } = mix(batch, { mixup: 0, cutmix: 1 }, SIDE, new Random(seed, 'mixing'));
    for (let i = 0; i < 4; i++) {
      let own = 0;
      for (let pixel = 0; pixel < SIDE ** 2; pixel++) {
        const part = (of: Uint8Array, image: number) => {
          const start = image * SIZE + 3 * pixel;
          return [...of.subarray(start, start + 3)].join();
        };
        const now = part(batch.pixels, i);
        const isOwn = now === part(before, i);
        assert.ok(isOwn || now === part(before, 3 - i));
        own += Number(isOwn);
      }
      const share = at(labels, i) === i ? mixture.share : 1 - mixture.share;
      assert.ok(Math.abs(share - own / SIDE ** 2) < 1e-12);
      assert.equal(at(labels, i) + at(mixture.labels, i), 3);
    }
  }
});

test('boxes have the area that was drawn, unless the border cuts them, and lie inside', () => {
  const random = new Random(1, 'test');
  let whole = 0;
  for (let i = 0; i < 2000; i++) {
    const share = random.uniform();
    const { left, top, width, height } = cutBox(share, 100, random);
    assert.ok(left >= 0 && top >= 0 && left + width <= 100 && top + height <= 100);
    const side = 2 * Math.floor((100 * Math.sqrt(1 - share)) / 2);
    assert.ok(width <= side && height <= side);
    whole += Number(width === side && height === side);
  }
  // A box of side s fits with probability (1 - s)^2, and s^2 is uniform: the mean is 1/6.
  assert.ok(Math.abs(whole / 2000 - 1 / 6) < 0.03, `${whole}`);
});

test('with both kinds, each mixes half of the batches', () => {
  let cut = 0;
  for (let seed = 0; seed < 400; seed++) {
    const batch = images(2);
    batch.pixels.fill(0, SIZE).fill(255, 0, SIZE);
    mix(batch, { mixup: 1, cutmix: 1 }, SIDE, new Random(seed, 'mixing'));
    cut += Number(batch.pixels.every((value) => value === 0 || value === 255));
  }
  assert.ok(Math.abs(cut - 200) < 45, `${cut}`);
});

test('an epoch that goes on after some steps is mixed as if it had not been interrupted', async () => {
  async function* source(from: number) {
    for (let step = from; step < 4; step++) yield images(3, step);
  }
  const all = async (firstStep: number) => {
    const options = { mixup: 0.4, cutmix: 1, imageSize: SIDE, seed: 5, epoch: 2, firstStep };
    const collected: unknown[] = [];
    for await (const { pixels, labels, mixture } of mixedBatches(source(firstStep), options))
      collected.push([pixels.slice(), labels, mixture]);
    return collected;
  };
  const whole = await all(0);
  assert.deepEqual(await all(2), whole.slice(2));
  assert.equal(whole.length, 4);
});

test('without either kind, batches are what they were', async () => {
  async function* source() {
    yield images(3);
  }
  for await (const batch of mixedBatches(source(), {
    mixup: 0,
    cutmix: 0,
    imageSize: SIDE,
    seed: 0,
    epoch: 0,
  }))
    assert.deepEqual(batch, images(3));
});
