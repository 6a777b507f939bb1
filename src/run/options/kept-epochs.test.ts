import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptEpochsPattern, parseKeptEpochs } from './kept-epochs.js';

test('epochs are numbers and last, or all', () => {
  for (const typed of ['all', '0', 'last', '0,5,last', '12,last,3']) assert.match(typed, keptEpochsPattern);
  for (const typed of ['', ',', '0,', 'all,1', '-1', '1.5', '0;5', 'first', '0, 5', '1e3'])
    assert.doesNotMatch(typed, keptEpochsPattern);
  const some = parseKeptEpochs('0,5,last');
  const kept = [0, 1, 5, 7].filter((epoch) => some.includes(epoch, epoch === 7));
  assert.deepEqual([kept, some.numbers, some.all], [[0, 5, 7], [0, 5], false]);
  const all = parseKeptEpochs('all');
  assert.deepEqual([all.includes(3, false), all.numbers, all.all], [true, [], true]);
});
