import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Comparison } from './comparison.js';

/** `right` of 100 images of class 0 by each; the others are taken for class 1. */
function compared(float: number, eight: number) {
  const comparison = new Comparison(['ash', 'birch', 'cedar']);
  for (let i = 0; i < 100; i++)
    comparison.add({ float: i < float ? 0 : 1, eight: i < eight ? 0 : 1, label: 0 });
  return comparison;
}

test('accuracies, agreement and the class that loses most', () => {
  const comparison = compared(90, 80);
  for (let i = 0; i < 10; i++) comparison.add({ float: 2, eight: i < 5 ? 2 : 0, label: 2 });
  const report = comparison.report();
  assert.equal(report.images, 110);
  assert.equal(report.float_accuracy, 100 / 110);
  assert.equal(report.accuracy, 85 / 110);
  assert.equal(report.agreement, 95 / 110);
  assert.deepEqual(report.largest_drop, { name: 'cedar', images: 10, lost: 5 });
});

test('worse is more than two points, and below the interval', () => {
  // Wilson's interval of 90 of 100 begins at 82.6 %.
  assert.equal(compared(90, 83).report().worse, false);
  assert.equal(compared(90, 82).report().worse, true);
  assert.equal(compared(90, 95).report().worse, false);
  assert.equal(compared(90, 95).report().largest_drop, null);
});
