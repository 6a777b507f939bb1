import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { configuration, defaults } from './configuration.js';
import { affordable, secondsOf, stagesOf, survivors } from './halving.js';
import { type Outcome, search, type Trial } from './search.js';

/** What is best is a learning rate of three times the default, whatever else; more epochs show it more clearly. */
function outcomeOf({ configuration: { learningRate }, epochs }: Trial): Outcome {
  const distance = Math.abs(Math.log10(learningRate / 3));
  return { accuracy: 0.9 - distance / 4 + epochs / 1000, loss: distance };
}

async function searched(count: number, epochs: number, folds: number, methods = ['a', 'b']) {
  const trials: Trial[] = [];
  const finals = await search({
    methods,
    epochs,
    seed: 4,
    folds: () => folds,
    count: () => count,
    async run(trial) {
      trials.push(trial);
      return outcomeOf(trial);
    },
  });
  return { trials, finals };
}

test('stages have thrice the epochs of the one before, and the last has all', () => {
  assert.deepEqual(stagesOf(20), [2, 7, 20]);
  assert.deepEqual(stagesOf(9), [3, 9]);
  assert.deepEqual(stagesOf(4), [4]);
  assert.deepEqual(stagesOf(1), [1]);
  assert.deepEqual(stagesOf(100), [11, 33, 100]);
});

test('a search takes what was foreseen, whatever its size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 4 }),
      async (count, epochs, folds) => {
        const { trials } = await searched(count, epochs, folds);
        const pace = { startSeconds: 2, epochSeconds: 0.5 };
        const taken = [...trials.map((trial) => trial.epochs), epochs].reduce(
          (sum, of) => sum + 2 + 0.5 * of,
          0,
        );
        assert.ok(Math.abs(secondsOf(count, { methods: 2, epochs, folds }, pace) - taken) < 1e-9);
        assert.equal(new Set(trials.map((trial) => JSON.stringify(trial))).size, trials.length);
      },
    ),
    { numRuns: 40 },
  );
});

test('the best configuration is found, and compared with the defaults on every cut', async () => {
  const { trials, finals } = await searched(20, 18, 3);
  const [best] = finals;
  const rates = Array.from({ length: 20 }, (_, number) => configuration(number, 4).learningRate);
  const nearest = rates.reduce((a, b) => (Math.abs(Math.log(b / 3)) < Math.abs(Math.log(a / 3)) ? b : a));
  assert.equal(best?.configuration.learningRate, nearest);
  for (const method of ['a', 'b']) {
    const own = finals.filter((one) => one.method === method);
    assert.equal(own.length, survivors(20, 2));
    assert.deepEqual(own.find(({ number }) => number === 0)?.configuration, defaults);
    assert.ok(own.every(({ outcomes }) => outcomes.length === 3));
    const of = (trial: Trial) => trial.method === method;
    const others = (trial: Trial) => ({ ...trial, method: '' });
    assert.deepEqual(
      trials.filter(of).map(others).slice(0, 20),
      trials
        .filter((trial) => !of(trial))
        .map(others)
        .slice(0, 20),
      'the same configurations',
    );
  }
});

test('configurations are those of the seed, and more of them are the same and others', () => {
  const some = Array.from({ length: 60 }, (_, number) => configuration(number, 1));
  assert.deepEqual(some[0], defaults);
  assert.notDeepEqual(configuration(1, 2), some[1]);
  assert.equal(new Set(some.map((one) => JSON.stringify(one))).size, 60);
  for (const { learningRate, lambda, epochs, labelSmoothing } of some) {
    assert.ok([1, 0.5, 0.25].includes(epochs) && [0, 0.1].includes(labelSmoothing));
    assert.ok(learningRate >= 0.1 && learningRate <= 10);
    assert.ok(lambda >= 0.01 && lambda <= 3.2);
  }
  const third = some.slice(1).filter(({ learningRate }) => learningRate < 10 ** (-1 / 3)).length;
  assert.ok(Math.abs(third - 59 / 3) < 3, `${third} of 59 in the lowest third`);
  assert.equal(new Set(some.map(({ augment }) => augment)).size, 4);
  const smoothed = some.filter(({ labelSmoothing }) => labelSmoothing > 0).length;
  const shorter = some.filter(({ epochs }) => epochs < 1).length;
  for (const half of [smoothed, shorter]) assert.ok(Math.abs(half - 30) < 5, `${half} of 60`);
});

test('a budget is used, and never exceeded', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 40 }), (seconds, epochs) => {
      const plan = { methods: 2, epochs, folds: 2 };
      const pace = { startSeconds: 1, epochSeconds: 2 };
      const count = affordable(seconds, plan, pace);
      if (count > 0) assert.ok(secondsOf(count, plan, pace) <= seconds);
      if (count < 243) assert.ok(secondsOf(count + 1, plan, pace) > seconds);
    }),
  );
});
