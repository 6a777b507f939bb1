import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../../errors.js';
import { type MeasuredRun, paceOf, toMeasure } from './paces.js';
import type { ExperimentRun } from './record.js';

const IMAGES = new Map([
  ['a', 1000],
  ['b', 400],
]);
const EPOCH = new Map([
  ['plain', 1],
  ['twice', 2],
  ['thrice', 3],
]);
const kinds = ['small', 'big'].flatMap((model) =>
  ['a', 'b'].flatMap((dataset) =>
    [0.1, 0.5, 1].flatMap((fraction) =>
      ['plain', 'twice', 'thrice'].map(
        (method): ExperimentRun => ({
          dataset,
          model,
          method,
          fraction,
          seed: 0,
          run: [dataset, model, method, fraction].join('-'),
          status: 'planned',
        }),
      ),
    ),
  ),
);

function imagesOf({ dataset, fraction }: ExperimentRun): number {
  return (IMAGES.get(dataset) ?? Number.NaN) * fraction;
}

/** Epochs have a constant part, and grow with the images; networks and methods are so many times as slow. */
function truth(run: ExperimentRun) {
  const times = (EPOCH.get(run.method) ?? Number.NaN) * (run.model === 'big' ? 10 : 1);
  return { epoch_seconds: times * (2 + imagesOf(run) / 100), around_seconds: 5 * times };
}

test('few runs are measured: of each network, the first method on two parts of each dataset, each other method once', () => {
  assert.deepEqual(
    toMeasure(kinds)
      .filter(({ model }) => model === 'small')
      .map(({ dataset, method, fraction }) => [dataset, method, fraction]),
    [
      ['a', 'plain', 0.1],
      ['a', 'plain', 1],
      ['a', 'twice', 1],
      ['a', 'thrice', 1],
      ['b', 'plain', 0.1],
      ['b', 'plain', 1],
    ],
  );
});

test('the others follow where time is linear in the images and methods differ by a factor', () => {
  const measured = toMeasure(kinds).map(
    (run): MeasuredRun => ({ run, images: imagesOf(run), pace: { ...truth(run), peak_memory_bytes: 1 } }),
  );
  for (const run of kinds) {
    const [found, expected] = [paceOf(run, imagesOf(run), measured), truth(run)];
    assert.ok(Math.abs(found.epoch_seconds - expected.epoch_seconds) < 1e-9, run.run);
    assert.ok(Math.abs(found.around_seconds - expected.around_seconds) < 1e-9, run.run);
  }
});

test('one part of the images is enough', () => {
  const run = at(kinds, 0);
  const pace = { epoch_seconds: 3, around_seconds: 4, peak_memory_bytes: 1 };
  assert.deepEqual(paceOf(run, 70, [{ run, images: 100, pace }]), { epoch_seconds: 3, around_seconds: 4 });
});
