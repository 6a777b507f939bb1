import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { at } from '../errors.js';
import { answersAt } from './answers-at.js';
import { softmax } from './softmax.js';

test('the probability of an answer is the largest one, to the bit', () => {
  const logit = fc.float({ noNaN: true, min: -100, max: 100 });
  fc.assert(
    fc.property(
      fc.array(logit, { minLength: 1, maxLength: 9 }),
      fc.double({ min: 0.1, max: 9, noNaN: true }),
      (row, t) => {
        const logits = Float32Array.from(row);
        const [answer] = answersAt({ logits, labels: [0], classes: row.length }, t);
        const all = softmax(logits, t);
        assert.equal(answer?.probability, Math.max(...all));
        assert.equal(answer?.right, at(logits, 0) === Math.max(...logits));
      },
    ),
  );
});
