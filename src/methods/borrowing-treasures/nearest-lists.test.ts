import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NearestLists } from './nearest-lists.js';

test('keeps the nearest in order, of equal ones the first', () => {
  const rows = fc.array(fc.array(fc.nat({ max: 12 }), { minLength: 9, maxLength: 40 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 9 }), (distances, length) => {
      const lists = new NearestLists(distances.length, length);
      distances.forEach((row, i) => {
        row.forEach((distance, index) => {
          lists.offer(i, index, distance);
        });
      });
      const expected = distances.map((row) =>
        row
          .map((distance, index) => ({ distance, index }))
          .sort((a, b) => a.distance - b.distance || a.index - b.index)
          .slice(0, length)
          .map(({ index }) => index),
      );
      assert.deepEqual([...lists.sorted().data], expected.flat());
    }),
  );
});
