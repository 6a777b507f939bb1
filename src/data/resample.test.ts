import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { at } from '../errors.js';
import type { Pixels } from './image.js';
import { renderView } from './resample.js';
import { type Box, centreView, type View } from './view.js';

function imageOf(width: number, height: number, value: (x: number, y: number, c: number) => number): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    data[i] = value(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3);
  }
  return { width, height, channels: 3, data };
}

function resized(image: Pixels, size: number, view: Partial<View> = {}): Uint8Array {
  const box: Box = { left: 0, top: 0, width: image.width, height: image.height };
  const target = new Uint8Array(size * size * 3).fill(77);
  renderView(image, { box, width: size, height: size, left: 0, top: 0, flip: false, ...view }, size, target);
  return target;
}

test('a linear ramp stays that ramp, at pixel centres, when enlarged and when reduced', () => {
  for (const [from, to] of [
    [60, 20],
    [20, 60],
    [50, 32],
    [32, 50],
    [40, 40],
  ] as const) {
    const slope = 200 / from;
    const image = imageOf(from, from, (x, y, c) => (c === 0 ? slope * x : c === 1 ? slope * y : 9));
    const output = resized(image, to);
    const support = Math.ceil(Math.max(1, to / from)) + 1;
    for (let y = support; y < to - support; y++) {
      for (let x = support; x < to - support; x++) {
        const expected = (position: number) => slope * (((position + 0.5) * from) / to - 0.5);
        // Bytes in, between the passes, and out: each rounds or truncates by less than one.
        assert.ok(Math.abs(at(output, (y * to + x) * 3) - expected(x)) <= 1.5, `${from}->${to} x=${x}`);
        assert.ok(Math.abs(at(output, (y * to + x) * 3 + 1) - expected(y)) <= 1.5, `${from}->${to} y=${y}`);
        assert.equal(output[(y * to + x) * 3 + 2], 9);
      }
    }
  }
});

test('halving weighs (1 3 3 1) / 8, doubling (1 3) / 4', () => {
  const spike = imageOf(8, 8, (x) => (x === 3 ? 160 : 0));
  assert.deepEqual(
    Array.from({ length: 4 }, (_, x) => resized(spike, 4)[x * 3]),
    [0, 60, 20, 0],
  );
  const step = imageOf(2, 2, (x) => 100 * x);
  assert.deepEqual(
    Array.from({ length: 4 }, (_, x) => resized(step, 4)[x * 3]),
    [0, 25, 75, 100],
  );
});

test('an image at its own size is copied, a flip mirrors it', () => {
  const image = imageOf(7, 7, (x, y, c) => (31 * x + 57 * y + 101 * c) % 256);
  assert.deepEqual(resized(image, 7), image.data);
  const mirrored = imageOf(7, 7, (x, y, c) => (31 * (6 - x) + 57 * y + 101 * c) % 256);
  assert.deepEqual(resized(image, 7, { flip: true }), mirrored.data);
});

test('only the box is read, and what lies outside the picture is black', () => {
  const image = imageOf(6, 6, (x, y) => (x >= 2 && x < 4 && y >= 1 && y < 3 ? 200 : 5));
  const box = { left: 2, top: 1, width: 2, height: 2 };
  assert.ok(resized(image, 9, { box }).every((value) => value === 200));
  const shifted = resized(
    imageOf(4, 4, () => 200),
    4,
    { left: -1, top: 2 },
  );
  const expected = imageOf(4, 4, (x, y) => (x >= 1 && y < 2 ? 200 : 0));
  assert.deepEqual(shifted, expected.data);
});

test('any view of a constant image is constant: weights sum to one', () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      side,
      side,
      side,
      side,
      fc.integer({ min: 0, max: 255 }),
      (width, height, resize, size, value) => {
        const image = imageOf(width, height, () => value);
        const target = new Uint8Array(size * size * 3);
        const larger = Math.max(resize, size);
        renderView(image, centreView(image, larger, size), size, target);
        assert.ok(target.every((byte) => byte === value));
      },
    ),
  );
});

test('evaluation resizes the shorter side and takes the centre', () => {
  const view = centreView({ width: 300, height: 200 }, 100, 80);
  assert.deepEqual(view, {
    box: { left: 0, top: 0, width: 300, height: 200 },
    width: 150,
    height: 100,
    left: 35,
    top: 10,
    flip: false,
  });
});
