import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairedHalfWidth } from './paired-proportions.js';

/** So many images that the first alone gets right, that the second alone does, and others. */
function seedOf([b, c, others]: readonly [number, number, number], from = 0): Map<string, number> {
  const values = [
    ...Array<number>(b).fill(1),
    ...Array<number>(c).fill(-1),
    ...Array<number>(others).fill(0),
  ];
  return new Map(values.map((value, i) => [`${from + i}`, value]));
}

const closeTo = (value: number, expected: number) =>
  assert.ok(Math.abs(value - expected) < 1e-12, `${value}, not ${expected}`);

test('of one seed, the interval is of the discordant images', () => {
  // z sqrt(12 + 3 + 1 - 81 / 102) / 102
  closeTo(pairedHalfWidth([seedOf([12, 3, 85])]), (1.959963984540054 * Math.sqrt(16 - 81 / 102)) / 102);
  // Nothing is discordant: no more than an image is left.
  closeTo(pairedHalfWidth([seedOf([0, 0, 48])]), 1.959963984540054 / 50);
});

test('seeds that answer the same images alike are as one; seeds with images of their own are as one with all of these', () => {
  const one = seedOf([12, 3, 85]);
  closeTo(pairedHalfWidth([one, one, one]), pairedHalfWidth([one]));
  closeTo(
    pairedHalfWidth([seedOf([12, 3, 85]), seedOf([4, 6, 90], 100)]),
    pairedHalfWidth([seedOf([16, 9, 175])]),
  );
});

test('seeds that answer the same images in opposite ways leave the mean certain', () => {
  const opposite = new Map([...seedOf([5, 5, 40])].map(([name, value]) => [name, -value]));
  closeTo(pairedHalfWidth([seedOf([5, 5, 40]), opposite]), pairedHalfWidth([seedOf([0, 0, 50])]));
});
