import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Criterion } from '../../training/best-epoch.js';
import { secondsLeft } from './estimate.js';
import { type ExperimentRecord, experimentRecordSchema } from './record.js';
import { chooseAll, plannedTrials, trialsAsRuns } from './search.js';

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

test('a configuration is chosen by the measure that is asked for, and by no other', () => {
  const tried = (configuration: number, accuracy: number, balanced: number | null) => ({
    dataset: 'd',
    model: 'm',
    method: 'adarand',
    fraction: 1,
    configuration,
    run: 'r',
    seconds: 1,
    status: 'finished' as const,
    learning_rate: 0.1 * (configuration + 1),
    lambda: 0,
    val_accuracy: accuracy,
    val_balanced_accuracy: balanced,
    val_loss: 1,
  });
  const chosen = (chooseBy: Criterion, balanced: number | null) => {
    const request = { ...record.request, options: { chooseBy } };
    const both = [tried(0, 0.9, 0.5), tried(1, 0.8, balanced)];
    return chooseAll({ ...record, request, tried: both }).find(({ method }) => method === 'adarand')
      ?.configuration;
  };
  assert.equal(chosen('accuracy', 0.6), 0);
  assert.equal(chosen('accuracy', null), 0);
  assert.equal(chosen('balanced-accuracy', 0.6), 1);
  assert.throws(() => chosen('balanced-accuracy', null), /chosen by its balanced accuracy/);
});
