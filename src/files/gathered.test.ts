import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gathered } from './gathered.js';

const sizes = fc.array(fc.oneof(fc.nat(9), fc.constantFrom(65535, 65536, 200_000)), { maxLength: 60 });

test('the bytes stay the same and in order, in pieces none of which could be joined with the next', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async (lengths) => {
      const pieces = lengths.map((length, i) => new Uint8Array(length).fill(1 + (i % 250)));
      const joined: Uint8Array[] = [];
      for await (const piece of gathered(pieces)) joined.push(piece.slice());
      assert.ok(Buffer.concat(joined).equals(Buffer.concat(pieces)));
      for (const [i, piece] of joined.entries()) {
        const next = joined[i + 1];
        assert.ok(piece.length > 0 || lengths.includes(0));
        if (next !== undefined && piece.length < 65536 && next.length < 65536)
          assert.ok(piece.length + next.length > 65536);
      }
    }),
    { numRuns: 30 },
  );
});
