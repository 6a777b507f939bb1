import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { at } from '../errors.js';
import { Random } from '../random.js';
import { augment } from './augment.js';
import { applyColour, brightness, colorJitter, contrast, hue, meanGrey, saturation } from './colour.js';
import { randAugment } from './randaugment.js';
import { autoContrast, equalize, posterize, solarize } from './tables.js';
import { padCropView, randomResizedBox } from './view.js';
import { sharpen, warp } from './warp.js';

const ratio = [3 / 4, 4 / 3] as const;

function noise(size: number, seed = 1): Uint8Array {
  const random = new Random(seed, 'test');
  return Uint8Array.from({ length: size * size * 3 }, () => random.below(256));
}

test('random resized boxes lie inside the image', () => {
  const side = fc.integer({ min: 1, max: 500 });
  fc.assert(
    fc.property(side, side, fc.nat(), (width, height, seed) => {
      const box = randomResizedBox({ width, height }, [0.08, 1], ratio, new Random(seed, 'test'));
      assert.ok(box.left >= 0 && box.top >= 0 && box.width >= 1 && box.height >= 1);
      assert.ok(box.left + box.width <= width && box.top + box.height <= height);
    }),
  );
});

test('random resized boxes have their area and ratio in range, and use all of it', () => {
  const image = { width: 400, height: 400 };
  const random = new Random(3, 'test');
  const boxes = Array.from({ length: 2000 }, () => randomResizedBox(image, [0.2, 0.6], ratio, random));
  const areas = boxes.map(({ width, height }) => (width * height) / 400 ** 2);
  const ratios = boxes.map(({ width, height }) => width / height);
  assert.ok(Math.min(...areas) > 0.198 && Math.min(...areas) < 0.21);
  assert.ok(Math.max(...areas) < 0.602 && Math.max(...areas) > 0.59);
  assert.ok(Math.min(...ratios) > 0.74 && Math.min(...ratios) < 0.76);
  assert.ok(Math.max(...ratios) < 1.35 && Math.max(...ratios) > 1.31);
  // Log-uniform: as many upright boxes as wide ones. Uniform area: mean 0.4.
  assert.ok(Math.abs(ratios.filter((value) => value < 1).length / 2000 - 0.5) < 0.05);
  assert.ok(Math.abs(areas.reduce((a, b) => a + b) / 2000 - 0.4) < 0.01);
});

test('where no box fits, the largest centre box of an allowed ratio is taken', () => {
  const wide = randomResizedBox({ width: 900, height: 30 }, [1, 1], ratio, new Random(1, 'test'));
  assert.deepEqual(wide, { left: 430, top: 0, width: 40, height: 30 });
});

test('padCrop shifts by at most the padding and flips half', () => {
  const random = new Random(5, 'test');
  const views = Array.from({ length: 1000 }, () =>
    padCropView({ width: 32, height: 32 }, 32, 4, true, random),
  );
  assert.deepEqual(
    [...new Set(views.map(({ left }) => left))].sort((a, b) => a - b),
    [-4, -3, -2, -1, 0, 1, 2, 3, 4],
  );
  assert.ok(Math.abs(views.filter(({ flip }) => flip).length - 500) < 70);
});

test('augmenting is a function of the random stream', () => {
  const image = { width: 40, height: 40, channels: 3, data: noise(40) } as const;
  const appearance = { colorJitter: { brightness: 0.4, hue: 0.1 }, randAugment: { n: 2, m: 9 } };
  const render = (...counters: number[]) => {
    const target = new Uint8Array(24 * 24 * 3);
    const augmentation = { kind: 'randomResizedCrop', ...appearance } as const;
    augment(image, augmentation, 24, new Random(1, 'augmentation', ...counters), target);
    return target;
  };
  assert.deepEqual(render(0, 7), render(0, 7));
  assert.notDeepEqual(render(0, 7), render(1, 7));
});

test('colour maps: identity, extremes, and grey under hue', () => {
  const colour = Uint8Array.of(200, 100, 50);
  const mapped = (map: Parameters<typeof applyColour>[1], pixel = colour) => {
    const copy = pixel.slice();
    applyColour(copy, map);
    return [...copy];
  };
  assert.deepEqual(mapped(brightness(1)), [200, 100, 50]);
  assert.deepEqual(mapped(brightness(1.5)), [255, 150, 75]);
  assert.deepEqual(mapped(contrast(0, 90)), [90, 90, 90]);
  const grey = Math.round(0.299 * 200 + 0.587 * 100 + 0.114 * 50);
  assert.deepEqual(mapped(saturation(0)), [grey, grey, grey]);
  assert.deepEqual(mapped(hue(1 / 3)), [50, 200, 100]);
  assert.deepEqual(mapped(hue(0.123), Uint8Array.of(80, 80, 80)), [80, 80, 80]);
});

test('colour jitter of zero changes nothing, and contrast alone keeps the mean grey', () => {
  const pixels = noise(16).map((value) => 64 + (value >> 1));
  const untouched = pixels.slice();
  colorJitter(untouched, {}, new Random(1, 'test'));
  assert.deepEqual(untouched, pixels);
  const before = meanGrey(pixels);
  const jittered = pixels.slice();
  colorJitter(jittered, { contrast: 0.5 }, new Random(2, 'test'));
  assert.notDeepEqual(jittered, pixels);
  assert.ok(Math.abs(meanGrey(jittered) - before) < 0.5);
});

test('tables: posterize, solarize, autoContrast, equalize', () => {
  const grey = (...values: number[]) => Uint8Array.from(values.flatMap((value) => [value, value, value]));
  const after = (operation: (pixels: Uint8Array) => void, pixels: Uint8Array) => {
    operation(pixels);
    return pixels;
  };
  assert.deepEqual(
    after((pixels) => posterize(pixels, 3), grey(255, 31, 64)),
    grey(224, 0, 64),
  );
  assert.deepEqual(
    after((pixels) => solarize(pixels, 128), grey(127, 128, 255)),
    grey(127, 127, 0),
  );
  assert.deepEqual(after(autoContrast, grey(50, 100, 150)), grey(0, 127, 255));
  assert.deepEqual(after(autoContrast, grey(50, 50)), grey(50, 50));
  const dark = Uint8Array.from({ length: 256 * 16 * 3 }, (_, i) => Math.floor(Math.floor(i / 3) / 64));
  equalize(dark);
  assert.equal(Math.min(...dark), 0);
  assert.equal(Math.max(...dark), 255);
});

test('warp: shifts move content, a quarter turn four times is the identity', () => {
  const pixels = noise(9);
  const moved = pixels.slice();
  warp(moved, 9, [1, 0, 0, 1], 2, -1);
  assert.deepEqual(
    moved.subarray((3 * 9 + 4) * 3, (3 * 9 + 5) * 3),
    pixels.subarray((4 * 9 + 2) * 3, (4 * 9 + 3) * 3),
  );
  assert.ok(moved.subarray(0, 6).every((value) => value === 0));
  const turned = pixels.slice();
  for (let i = 0; i < 4; i++) warp(turned, 9, [0, -1, 1, 0], 0, 0);
  assert.deepEqual(turned, pixels);
});

test('sharpen: 1 is the identity, 0 the 13-point mean', () => {
  const spike = new Uint8Array(5 * 5 * 3);
  spike[(2 * 5 + 2) * 3] = 130;
  const same = spike.slice();
  sharpen(same, 5, 1);
  assert.deepEqual(same, spike);
  const smooth = spike.slice();
  sharpen(smooth, 5, 0);
  assert.equal(at(smooth, (2 * 5 + 2) * 3), 50);
  assert.equal(at(smooth, (1 * 5 + 1) * 3), 10);
});

test('RandAugment keeps the size, is seeded, and does nothing with n = 0', () => {
  for (let seed = 0; seed < 60; seed++) {
    const first = noise(12);
    const second = noise(12);
    randAugment(first, 12, { n: 2, m: seed % 31 }, new Random(seed, 'test'));
    randAugment(second, 12, { n: 2, m: seed % 31 }, new Random(seed, 'test'));
    assert.deepEqual(first, second);
  }
  const untouched = noise(12);
  randAugment(untouched, 12, { n: 0, m: 9 }, new Random(1, 'test'));
  assert.deepEqual(untouched, noise(12));
});
