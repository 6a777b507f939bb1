import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firstEqualRows } from './equal-rows.js';

test('the first of equal rows is that of a search through all', () => {
  const row = fc.array(fc.constantFrom(0, 1, 0.5), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
      const found = firstEqualRows(Float32Array.from(rows.flat()), rows.length, 2);
      const expected = rows.map((one) => rows.findIndex((other) => `${one}` === `${other}`));
      assert.deepEqual([...found], expected);
    }),
  );
});
