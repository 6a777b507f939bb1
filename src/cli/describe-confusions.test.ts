import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeConfusions } from './describe-confusions.js';

test('of many confusions, the most frequent are shown, and how many more there are', () => {
  const pairs = Array.from({ length: 13 }, (_, i) => ({ truth: `a${i}`, predicted: 'b', images: 20 - i }));
  assert.deepEqual(describeConfusions([]), []);
  assert.equal(describeConfusions(pairs.slice(0, 10)).at(-1), '11 x a9 taken for b');
  assert.equal(describeConfusions(pairs.slice(0, 11)).at(-1), 'and 1 more pair of classes: --json has all');
  assert.equal(describeConfusions(pairs).length, 11);
  assert.equal(describeConfusions(pairs).at(-1), 'and 3 more pairs of classes: --json has all');
});
