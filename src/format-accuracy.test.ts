import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wilsonInterval } from './analysis/statistics.js';
import { accuracyWithInterval } from './format-accuracy.js';

test('an accuracy is given with its 95 % interval', () => {
  const shown = (correct: number, images: number) => {
    const { low, high } = wilsonInterval(correct, images);
    return accuracyWithInterval(correct / images, [low, high]);
  };
  assert.equal(shown(217, 239), '90.8 % (95 %: 86.5 to 93.8)');
  assert.equal(shown(239, 239), '100.0 % (95 %: 98.4 to 100)');
});
