import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsLeft } from './estimate.js';
import { type ExperimentRecord, experimentRecordSchema } from './record.js';
import { plannedTrials, trialsAsRuns } from './search.js';

const method = (label: string) => ({ label, name: label, options: {}, file: null, train: {} });
const record: ExperimentRecord = experimentRecordSchema.parse({
  version: 1,
  request: {
    data: [{ name: 'd', path: '/d' }],
    models: [{ name: 'm', path: '/m' }],
    methods: [method('fine-tuning'), method('adarand')],
    fractions: [1],
    seeds: [0, 1],
    preset: 'none',
    keepWeights: false,
    search: 3,
    options: {},
  },
  runs: [{ dataset: 'd', model: 'm', method: 'adarand', fraction: 1, seed: 0, run: 'r', status: 'planned' }],
  seconds: 0,
});

test('what is left of a search is told by what configurations of the same method took', () => {
  const trials = plannedTrials(record.request);
  assert.deepEqual(
    trials.map(({ method, configuration }) => `${method} ${configuration}`),
    ['fine-tuning 0', 'adarand 0', 'fine-tuning 1', 'adarand 1', 'fine-tuning 2', 'adarand 2'],
  );
  const tried = (method: string, configuration: number, seconds: number, lambda: number) => {
    const place = { dataset: 'd', model: 'm', method, fraction: 1, configuration, run: 'r', seconds };
    const measured = { val_accuracy: 1, val_balanced_accuracy: 1, val_loss: 0 };
    return { ...place, status: 'finished' as const, learning_rate: 0.1, lambda, ...measured };
  };
  const left = (some: ExperimentRecord, going: readonly (readonly [number, number])[] = []) =>
    secondsLeft(trialsAsRuns(some), new Map(going), ({ status }) => status === 'planned', 1);
  assert.equal(left(record), null);
  const first = { ...record, tried: [tried('fine-tuning', 0, 10, 0), tried('adarand', 0, 16, 1)] };
  assert.equal(left(first), 2 * 10 + 2 * 16);
  // The third of them has gone on for four seconds.
  assert.equal(left(first, [[2, 4]]), 2 * 10 + 2 * 16 - 4);
  assert.equal(left({ ...first, tried: [...first.tried, tried('adarand', 1, 20, 2)] }), 2 * 10 + 18);
  // With its learning rate given, a method without a weight has nothing to try.
  const { request } = first;
  const given = { ...first, request: { ...request, options: { learningRate: 0.1 } } };
  assert.equal(left(given), 2 * 16);
});
