import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsLeft } from './estimate.js';
import { Places } from './parallel.js';
import type { ExperimentRun } from './record.js';

const machine = { asked: undefined, threads: 2, largestStep: 600e6, cores: 8, memory: 16e9 };

test('runs side by side have their cores, and fit into memory by what was measured', () => {
  const places = new Places(machine);
  assert.equal(places.count, 4);
  places.measured(5e9);
  places.measured(1e9);
  assert.equal(places.count, 2, '5 GB each of three quarters of 16');
  places.measured(50e9);
  assert.equal(places.count, 1);
  assert.equal(new Places({ ...machine, largestStep: 5.6e9 }).count, 2, 'by the estimate');
  assert.equal(new Places({ ...machine, threads: 16 }).count, 1);
  assert.equal(new Places({ ...machine, asked: 7 }).count, 7);
});

test('the time left is what alike runs took, less what has passed', () => {
  const run = (fraction: number, seed: number, seconds?: number): ExperimentRun => {
    const place = { dataset: 'd', model: 'm', method: 'a', fraction, seed, run: `${fraction}-${seed}` };
    return seconds === undefined
      ? { ...place, status: 'planned' }
      : { ...place, status: 'finished', seconds };
  };
  const isLeft = ({ status }: ExperimentRun) => status === 'planned';
  const left = (
    runs: readonly ExperimentRun[],
    going: readonly (readonly [number, number])[] = [],
    parallel = 1,
  ) => secondsLeft(runs, new Map(going), isLeft, parallel);
  assert.equal(left([run(1, 0), run(1, 1)]), null);
  const runs = [run(1, 0, 10), run(1, 1, 14), run(1, 2), run(1, 3), run(1, 4)];
  assert.equal(left(runs), 36);
  assert.equal(left(runs, [[2, 5]]), 31);
  assert.equal(left(runs, [], 2), 18);
  assert.equal(left(runs, [], 9), 12, 'one run is not divided');
  // A part of it takes its start and its share of the rest.
  assert.equal(left([run(1, 0, 10), run(0.5, 0)]), 10 * (0.2 + 0.8 * 0.5));
});
