import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../errors.js';
import { balancedSteps } from './balanced-sampling.js';

/** Of three classes, in no order. */
const labels = Array.from({ length: 37 }, (_, i) => (i % 12 === 0 ? 2 : i % 4 === 1 ? 1 : 0));
const sizes = [0, 1, 2].map((label) => labels.filter((own) => own === label).length);
const options = { batchSize: 5, seed: 3, epoch: 1 };

/** How often each of the numbers up to `below` occurs. */
function counts(numbers: readonly number[], below: number): number[] {
  return Array.from({ length: below }, (_, n) => numbers.filter((number) => number === n).length);
}

test('an epoch has as many batches as without, and each class equally often, or once more', () => {
  assert.deepEqual(sizes, [24, 9, 4]);
  const more = new Set<string>();
  for (let epoch = 0; epoch < 20; epoch++) {
    const steps = balancedSteps(labels, { ...options, epoch });
    assert.deepEqual(
      steps.map(({ length }) => length),
      [5, 5, 5, 5, 5, 5, 5],
    );
    const positions = steps.flatMap((step) => [...step]);
    const perClass = counts(
      positions.map((position) => at(labels, position)),
      3,
    );
    assert.deepEqual(perClass.toSorted(), [11, 12, 12]);
    more.add(perClass.join());
  }
  assert.equal(more.size, 3);
});

test('of one class, images occur equally often, or once more; of a large one, others in each epoch', () => {
  const seen = new Set<number>();
  for (let epoch = 0; epoch < 12; epoch++) {
    const positions = balancedSteps(labels, { ...options, epoch }).flatMap((step) => [...step]);
    const often = counts(positions, labels.length);
    for (const label of [0, 1, 2]) {
      const own = often.filter((_, position) => labels[position] === label);
      assert.ok(Math.max(...own) - Math.min(...own) <= 1, own.join());
    }
    for (const position of positions) seen.add(position);
  }
  assert.equal(seen.size, labels.length);
});

test('an epoch follows from the seed and its number, and goes on after some steps as if it had not been interrupted', () => {
  const whole = balancedSteps(labels, options);
  assert.deepEqual(balancedSteps(labels, { ...options, firstStep: 3 }), whole.slice(3));
  assert.deepEqual(balancedSteps(labels, options), whole);
  assert.notDeepEqual(balancedSteps(labels, { ...options, epoch: 2 }), whole);
  assert.notDeepEqual(balancedSteps(labels, { ...options, seed: 4 }), whole);
});

test('the batches of an epoch are mixed: its classes are spread over all of it', () => {
  const many = Array.from({ length: 4000 }, (_, i) => Number(i < 200));
  const steps = balancedSteps(many, { ...options, batchSize: 100 });
  for (const step of steps) {
    const small = step.filter((position) => at(many, position) === 1).length;
    assert.ok(small > 25 && small < 75, `${small}`);
  }
});

test('fewer draws than classes: another part of the classes in each epoch', () => {
  const classes = Array.from({ length: 7 }, (_, i) => i);
  const drawn = Array.from({ length: 30 }, (_, epoch) =>
    balancedSteps(classes, { ...options, epoch }).flatMap((step) => [...step]),
  );
  for (const epoch of drawn) assert.equal(new Set(epoch).size, 5);
  assert.equal(new Set(drawn.flat()).size, 7);
});
