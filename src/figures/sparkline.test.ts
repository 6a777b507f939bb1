import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sparkline } from './sparkline.js';

test('bars go from the smallest value to the largest', () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), '▁▂▃▄▅▆▇█');
  assert.equal(sparkline([0.5, 0.1, 0.9]), '▅▁█');
  assert.equal(sparkline([3, 3]), '▁▁');
  assert.equal(sparkline([]), '');
  assert.equal(sparkline([9, 1, 2], 2), '▁█');
});
