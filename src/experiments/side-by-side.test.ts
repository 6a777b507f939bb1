import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sideBySide } from './side-by-side.js';

test('items begin in their order, never more of them at once than are allowed, and as many as are', async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 5 }),
    fc.nat(12),
    fc.scheduler(),
    async (most, n, s) => {
      const begun: number[] = [];
      let going = 0;
      let largest = 0;
      const items = Array.from({ length: n }, (_, i) => i);
      const work = async (item: number) => {
        begun.push(item);
        largest = Math.max(largest, ++going);
        await s.schedule(Promise.resolve());
        going -= 1;
      };
      await s.waitFor(sideBySide(items, () => most, work));
      assert.deepEqual(begun, items);
      assert.equal(largest, Math.min(most, n));
      assert.equal(going, 0);
    },
  );
  await fc.assert(property, { numRuns: 50 });
});

test('after an error no item begins, and it is thrown when the others have ended', async () => {
  const ended: number[] = [];
  const work = async (item: number) => {
    if (item === 1) throw new Error('no');
    await new Promise((resolve) => setTimeout(resolve, 5));
    ended.push(item);
  };
  await assert.rejects(
    sideBySide([0, 1, 2, 3], () => 2, work),
    /no/,
  );
  assert.deepEqual(ended, [0]);
});
