import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { input } from '../graph/value.js';
import { normalize } from './normalize.js';

test('a pixel p of a channel becomes (p / 255 - mean) / std', () => {
  const [mean, std] = [[0.5, 0.25, 0.125] as const, [0.25, 0.5, 2] as const];
  const pixels = input('pixels', { dtype: 'uint8', shape: [1, 1, 2, 3] });
  const images = normalize(pixels, { imageSize: 2, resizeSize: 2, mean, std });
  const bytes = Float64Array.of(0, 51, 102, 255, 204, 153);
  const actual = at(interpret([images], new Map([['pixels', bytes]])), 0);
  const expected = [-2, 2, -0.1, 1.1, 0.1375, 0.2375];
  assert.deepEqual(images.shape, [1, 3, 1, 2]);
  // Scale and offset are numbers of single precision.
  for (const [i, element] of expected.entries()) assert.ok(Math.abs(at(actual, i) - element) < 1e-6);
});
