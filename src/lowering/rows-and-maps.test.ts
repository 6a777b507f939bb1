import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnInputs } from '../../test/helpers/drawn-inputs.js';
import { interpret } from '../graph/interpret.js';
import { areRows, mapsOfPixels, mapsOfRows, rowsOfMaps, rowsOfPixels } from './rows-and-maps.js';

const shape = [2, 16, 3, 4] as const;
const { x, numbers } = drawnInputs([shape]);
const maps = x(0);
const rows = rowsOfMaps(maps);

test('a row is a pixel of all maps, whichever way it is made', () => {
  const [given, each, apart] = interpret([maps, rows, rowsOfPixels(maps)], numbers);
  const expected = Array.from({ length: 24 * 16 }, (_, i) => {
    const [pixel, k] = [Math.floor(i / 16), i % 16];
    return given?.[(Math.floor(pixel / 12) * 16 + k) * 12 + (pixel % 12)];
  });
  assert.deepEqual([...(each ?? [])], expected);
  assert.deepEqual([...(apart ?? [])], expected);
});

test('maps of rows are rows: there and back is nothing', () => {
  for (const again of [mapsOfRows(rows, shape), mapsOfPixels(rows, shape)]) {
    const [given, restored] = interpret([maps, again], numbers);
    assert.deepEqual(restored, given);
  }
  for (const made of [mapsOfRows, mapsOfPixels]) {
    const plain = drawnInputs([[24, 16]]).x(0);
    assert.equal(areRows(made(plain, shape)), true);
    assert.equal(rowsOfMaps(made(plain, shape)), plain);
  }
  assert.equal(areRows(maps), false);
});
