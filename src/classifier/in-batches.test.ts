import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inBatches } from './in-batches.js';

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Doubles numbers, and keeps what it was given at a time. */
function doubling(waitMs: number, ms = 0) {
  const batches: number[][] = [];
  const ask = inBatches(
    async (items: readonly number[]) => {
      batches.push([...items]);
      await later(ms);
      return items.map((item) => 2 * item);
    },
    { most: 4, waitMs },
  );
  return { batches, ask };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('in batches', () => {
  test('what is asked for at once is computed together, up to the most, each with its own answer', async () => {
    const { batches, ask } = doubling(1000);
    const answers = await Promise.all(numbers(6).map((i) => ask(Promise.resolve(i))));
    assert.deepEqual(answers, [0, 2, 4, 6, 8, 10]);
    assert.deepEqual(batches, [
      [0, 1, 2, 3],
      [4, 5],
    ]);
  });

  test('one alone is computed at once, and what comes meanwhile afterwards', async () => {
    const { batches, ask } = doubling(60_000, 20);
    const first = ask(Promise.resolve(7));
    await later(1);
    const others = [1, 2].map((i) => ask(Promise.resolve(i)));
    assert.deepEqual(await Promise.all([first, ...others]), [14, 2, 4]);
    assert.deepEqual(batches, [[7], [1, 2]]);
  });

  test('one that does not come rejects alone, and nobody waits for it any more', async () => {
    const { batches, ask } = doubling(60_000);
    const good = ask(Promise.resolve(3));
    const bad = ask(later(5).then(() => Promise.reject(new Error('damaged'))));
    await assert.rejects(bad, /damaged/);
    assert.equal(await good, 6);
    assert.deepEqual(batches, [[3]]);
  });

  test('a slow one keeps nobody longer than agreed', async () => {
    const { batches, ask } = doubling(5);
    let slowIsThere = false;
    const slow = later(300).then(() => {
      slowIsThere = true;
      return 9;
    });
    const last = ask(slow);
    assert.equal(await ask(Promise.resolve(1)), 2);
    assert.equal(slowIsThere, false);
    assert.equal(await last, 18);
    assert.deepEqual(batches, [[1], [9]]);
  });

  test('what fails rejects its batch, and the next one is computed', async () => {
    let calls = 0;
    const ask = inBatches(
      async (items: readonly number[]) => {
        if (calls++ === 0) throw new Error('no memory');
        return items;
      },
      { most: 2, waitMs: 1000 },
    );
    const settled = await Promise.allSettled(numbers(4).map((i) => ask(Promise.resolve(i))));
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['rejected', 'rejected', 'fulfilled', 'fulfilled'],
    );
  });
});
