import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balancedAccuracy } from './balanced-accuracy.js';

test('every class counts alike, however many images it has; a class without images does not count', () => {
  const classes = [
    { images: 10, correct: 9 },
    { images: 2, correct: 1 },
    { images: 0, correct: 0 },
  ];
  assert.equal(balancedAccuracy(classes), (0.9 + 0.5) / 2);
});

test('with classes of equal size, it is the accuracy', () => {
  const classes = [
    { images: 4, correct: 4 },
    { images: 4, correct: 1 },
  ];
  assert.equal(balancedAccuracy(classes), 5 / 8);
});
