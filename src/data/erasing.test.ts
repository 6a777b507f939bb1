import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../errors.js';
import { Random } from '../random.js';
import { type Augmentation, augment } from './augment.js';
import { erase } from './erasing.js';

const SIDE = 40;
const COLOUR = [124, 116, 104] as const;

function white(): Uint8Array {
  return new Uint8Array(SIDE * SIDE * 3).fill(255);
}

/** The pixels that are no longer white: the bounds of them, and how many there are. */
function erased(pixels: Uint8Array) {
  const hits = Array.from({ length: SIDE * SIDE }, (_, i) => i).filter((i) => at(pixels, 3 * i) !== 255);
  const xs = hits.map((i) => i % SIDE);
  const ys = hits.map((i) => Math.floor(i / SIDE));
  const width = Math.max(...xs) - Math.min(...xs) + 1;
  const height = Math.max(...ys) - Math.min(...ys) + 1;
  return { hits, width, height };
}

test('what is erased is one rectangle of the colour, with area and proportions in range, and uses all of both', () => {
  const shapes = Array.from({ length: 3000 }, (_, seed) => {
    const pixels = white();
    erase(pixels, SIDE, { probability: 1, colour: COLOUR }, new Random(seed, 'test'));
    const { hits, width, height } = erased(pixels);
    assert.equal(hits.length, width * height);
    for (const i of hits) assert.deepEqual([...pixels.subarray(3 * i, 3 * i + 3)], [...COLOUR]);
    return { area: hits.length / SIDE ** 2, ratio: width / height };
  });
  const areas = shapes.map(({ area }) => area);
  // Sides are rounded to whole pixels.
  assert.ok(Math.min(...areas) > 0.015 && Math.min(...areas) < 0.03);
  assert.ok(Math.max(...areas) < 0.35 && Math.max(...areas) > 0.32);
  // Uniform: the mean is (0.02 + 0.33) / 2. Log-uniform: as many upright rectangles as wide ones.
  assert.ok(Math.abs(areas.reduce((a, b) => a + b) / areas.length - 0.175) < 0.006);
  const wide = shapes.filter(({ ratio }) => ratio > 1).length;
  const upright = shapes.filter(({ ratio }) => ratio < 1).length;
  assert.ok(Math.abs(wide - upright) < 200, `${wide} and ${upright}`);
});

test('as many images lose a part as the probability says', () => {
  for (const probability of [0, 0.25, 1]) {
    let count = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const pixels = white();
      erase(pixels, SIDE, { probability, colour: COLOUR }, new Random(seed, 'test'));
      count += Number(erased(pixels).hits.length > 0);
    }
    assert.ok(Math.abs(count / 2000 - probability) < 0.035, `${count}`);
  }
});

test('erasing comes last: the rest of an image is what it is without', () => {
  const random = new Random(9, 'test');
  const data = Uint8Array.from({ length: 50 * 60 * 3 }, () => random.below(256));
  const image = { width: 50, height: 60, channels: 3, data } as const;
  const kinds: readonly Augmentation[] = [
    { kind: 'none' },
    { kind: 'padCrop' },
    { kind: 'randomResizedCrop', colorJitter: { hue: 0.1 }, randAugment: { n: 2, m: 9 } },
  ];
  for (const augmentation of kinds)
    for (let seed = 0; seed < 5; seed++) {
      const render = (given: Augmentation) => {
        const target = new Uint8Array(SIDE * SIDE * 3);
        augment(image, given, SIDE, new Random(seed, 'augmentation', 1, 2), target);
        return target;
      };
      const plain = render(augmentation);
      const changed = render({ ...augmentation, erasing: { probability: 1, colour: COLOUR } });
      const others = [...changed.keys()].filter((i) => changed[i] !== plain[i]);
      assert.ok(others.length > 0.015 * plain.length && others.length < 0.35 * plain.length);
      for (const i of others) assert.equal(changed[i], COLOUR[i % 3]);
      assert.deepEqual(render({ ...augmentation, erasing: { probability: 0, colour: COLOUR } }), plain);
    }
});
