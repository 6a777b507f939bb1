import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparedRun } from './report.js';
import { formatComparison } from './tables.js';

const none = {
  val_accuracy: null,
  best_epoch: 1,
  seconds_per_epoch: null,
  peak_memory_bytes: null,
  profile: null,
};

function run(method: string, seed: number, accuracy: number | undefined): ComparedRun {
  const place = {
    dataset: 'd',
    model: 'm',
    method,
    fraction: 0.25,
    seed,
    run: `runs/${method}-${seed}`,
    seconds: 1,
  };
  return accuracy === undefined
    ? {
        ...place,
        ...none,
        status: 'failed',
        error: { code: 'training.diverged', message: 'no' },
        test_accuracy: null,
      }
    : { ...place, ...none, status: 'finished', test_accuracy: accuracy };
}

test('means say over how many seeds they are, and differences over how many pairs', () => {
  const runs = [
    ...[0.5, 0.6, 0.7, 0.8].map((accuracy, seed) => run('plain', seed, accuracy)),
    ...[0.52, undefined, 0.76, 0.84].map((accuracy, seed) => run('other', seed, accuracy)),
  ];
  const lines = formatComparison(runs).join('\n').split('\n');
  // By hand: of 52, 76 and 84, the mean is 70.67 and the deviation 16.65; of 2, 6 and 4 points, 4 +- 4.303 * 2 / sqrt(3).
  assert.deepEqual(lines, [
    'd, m: test accuracy, %, mean ± standard deviation over seeds',
    'method  25 %',
    '──────  ─────────────────────────────',
    'plain   65.00 ± 12.91 (n=4)',
    'other   70.67 ± 16.65 (n=3), 1 failed',
    '',
    'difference to plain, in points, paired by seed, with its 95 % interval',
    'method  25 %',
    '──────  ──────────────────────────',
    'other   +4.00 [-0.97, +8.97] (n=3)',
    'failed: other, 25 %, seed 1: no (training.diverged)',
  ]);
});

test('differences that are all the same have no interval', () => {
  const runs = ['plain', 'other'].flatMap((method) =>
    [0.5, 0.7].map((accuracy, seed) => run(method, seed, accuracy)),
  );
  assert.match(formatComparison(runs).join('\n'), /^other +0\.00 in every seed \(n=2\)$/m);
});

test('plain fine-tuning is compared with wherever it stands', () => {
  const runs = ['other', 'fine-tuning'].flatMap((method) =>
    [0.5, 0.7].map((accuracy, seed) => run(method, seed, accuracy)),
  );
  assert.match(formatComparison(runs).join('\n'), /^difference to fine-tuning, .*\n.*\n.*\nother /m);
});

test('it is said where runs kept what all methods begin with', () => {
  const runs = [0, 1].map((seed) => ({ ...run('plain', seed, 0.5), best_epoch: seed }));
  assert.match(formatComparison(runs).join('\n'), /^1 of 2 runs kept the linear probe that all begin with/m);
});
