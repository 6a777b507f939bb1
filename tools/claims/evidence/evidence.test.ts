import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../../../test/helpers/cli.js';
import { lostRun, recordedRun, writeExperiment } from '../../../test/helpers/report-runs.js';
import { syntheticEvidence } from '../../../test/helpers/synthetic-evidence.js';
import { formatEvidence, parseEvidence, readAllEvidence } from './file.js';
import { evidenceOf } from './of-experiment.js';
import { type Evidence, evidenceSchema } from './schema.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
before(async () => {
  folder = await temporaryFolder();
});
after(() => folder.remove());

const metrics = {
  seconds: [5, 3, 4],
  validation_seconds: [1, 1, 1],
  diagnostics_seconds: [0.5, 0.5, 0.5],
  head_gradient_norm: [3, 2, 1.23456789],
  train_norm_of_mean_feature: [10, 11, 12],
  train_entropy: [300, 301, 302],
  train_conditional_entropy: [250, 251, 252],
  train_mutual_information: [50, 50, 50],
};

const request = {
  data: [{ name: 'flowers', path: '/secret/flowers' }],
  models: [{ name: 'sample', path: '/secret/sample' }],
  methods: [
    { label: 'fine-tuning', name: 'fine-tuning', options: {}, train: {} },
    { label: 'randreg(uniform)', name: 'randreg', options: { prior: 'uniform' }, train: {}, file: null },
  ],
  fractions: [1],
  seeds: [0, 1],
  preset: 'none',
  keepWeights: false,
  search: 2,
  options: { epochs: 3 },
};

/** An experiment of which a run has ended, one failed, and two are to come. */
async function written(name: string): Promise<string> {
  const path = join(folder.path, name);
  await mkdir(path);
  const uniform = 'randreg(uniform)';
  await writeExperiment(path, [
    recordedRun({ accuracy: 0.553, metrics, memory: null, secondsPerEpoch: 4, seed: 0 }),
    lostRun({ method: uniform, seed: 0 }),
    lostRun({ seed: 1 }, 'unfinished'),
    lostRun({ method: uniform, seed: 1 }, 'unfinished'),
  ]);
  const file = join(path, 'experiment.json');
  const record = JSON.parse(await readFile(file, 'utf8'));
  const cell = { dataset: 'flowers', model: 'sample', method: uniform, fraction: 1, run: 'r', seconds: 1 };
  const found = { status: 'finished', val_balanced_accuracy: null, val_loss: 1 };
  await writeFile(
    file,
    JSON.stringify({
      ...record,
      request,
      splits: [0, 1].map((seed) => ({
        ...{ dataset: 'flowers', seed, fraction: 1, train: 100, val: 20, test: 1000 },
        fingerprint: `flowers 1 ${seed}`,
      })),
      tried: [
        { ...cell, ...found, configuration: 0, learning_rate: 0.01, lambda: 1, val_accuracy: 0.5 },
        {
          ...{ ...cell, configuration: 1, learning_rate: 0.1, lambda: 3 },
          ...{ status: 'failed', error: { code: 'training.diverged', message: 'it diverged' } },
        },
      ],
      chosen: [
        {
          ...{ dataset: 'flowers', model: 'sample', method: uniform, fraction: 1 },
          configuration: 0,
          options: {},
        },
      ],
    }),
  );
  return path;
}

test('an experiment is summarised as it is, with failures, what is to come, and without paths', async () => {
  const evidence = await evidenceOf('mine', await written('summarised'));
  const [first, failed, ...others] = evidence.runs;
  const place = { dataset: 'flowers', model: 'sample', fraction: 1 };
  assert.deepEqual(first, {
    ...place,
    method: 'fine-tuning',
    seed: 0,
    status: 'finished',
    test_right: 553,
    val_accuracy: 0.5,
    best_epoch: 1,
    epochs: 4,
    lambda: 1,
    effective_lambda: 1,
    learning_rate: 0.01,
    seconds_per_epoch: 4,
    // The median of 3.5, 1.5 and 2.5.
    training_seconds_per_epoch: 2.5,
    peak_memory_bytes: null,
    machine: 0,
    date: '2026-01-01',
    first: { epoch: 1, head_gradient_norm: 3, train: [10, 300, 250, 50], val: null },
    last: { epoch: 3, head_gradient_norm: 1.23457, train: [12, 302, 252, 50], val: null },
  });
  assert.deepEqual(failed, {
    ...{ ...place, method: 'randreg(uniform)', seed: 0 },
    ...{ status: 'failed', why: 'the loss became infinite' },
  });
  assert.deepEqual(
    others.map(({ status }) => status),
    ['unfinished', 'unfinished'],
  );
  assert.deepEqual(evidence.searches, [
    {
      ...{ ...place, method: 'randreg(uniform)', chosen: 0 },
      tried: [
        { configuration: 0, learning_rate: 0.01, lambda: 1, val_accuracy: 0.5 },
        { configuration: 1, learning_rate: 0.1, lambda: 3, val_accuracy: null },
      ],
    },
  ]);
  assert.deepEqual(evidence.networks, [{ name: 'sample', fingerprint: 'f', feature_size: 8 }]);
  assert.deepEqual(
    evidence.images.map(({ seed, classes, test }) => [seed, classes, test]),
    [
      [0, 3, 1000],
      [1, 3, 1000],
    ],
  );
  assert.doesNotMatch(formatEvidence(evidence), /secret/);
});

test('evidence is read as it was written, an item a line', async () => {
  for (const evidence of [
    await evidenceOf('mine', await written('read')),
    syntheticEvidence({ methods: ['plain', 'adarand'], run: () => ({}) }),
  ]) {
    const text = formatEvidence(evidence);
    assert.deepEqual(parseEvidence(text, 'a file'), evidence);
    const lines = text.split('\n').filter((line) => line.includes('"status"'));
    assert.equal(lines.length, evidence.runs.length);
  }
});

test('what no experiment can have written is refused', () => {
  const sound = syntheticEvidence({ methods: ['plain', 'adarand'], run: () => ({}) });
  const [first] = sound.runs;
  assert.ok(first?.status === 'finished');
  const wrong: readonly (readonly [Partial<Record<keyof Evidence, unknown>>, RegExp])[] = [
    [{ runs: [first, first] }, /is there twice/],
    [{ runs: [{ ...first, method: 'other' }] }, /no such method/],
    [{ networks: [] }, /its network is not described/],
    [{ machines: [] }, /its machine is not described/],
    [{ images: [] }, /its images are described 0 times/],
    [{ images: [...sound.images, ...sound.images] }, /its images are described 2 times/],
    [{ runs: [{ ...first, test_right: 10_001 }] }, /more are right/],
    [{ runs: [{ ...first, best_epoch: 5 }] }, /after the last one/],
    [{ runs: [{ ...first, accuracy: 1 }] }, /accuracy/],
    [{ runs: [{ ...first, last: { ...first.last, train: [1, 2] } }] }, /train/],
    [{ measures: [...sound.measures].reverse() }, /measures/],
    [{ format: 2 }, /format/],
  ];
  for (const [change, message] of wrong) {
    const text = JSON.stringify({ ...sound, ...change });
    assert.throws(() => parseEvidence(text, 'file.json'), { code: 'run.damaged', message }, `${message}`);
  }
  assert.ok(evidenceSchema.safeParse(sound).success);
});

test('what is committed is small, and is read', async () => {
  const all = await readAllEvidence();
  assert.ok(all.length > 0);
  for (const evidence of all) {
    const bytes = Buffer.byteLength(formatEvidence(evidence));
    assert.ok(bytes < 10_000 + 850 * evidence.runs.length, `${evidence.name}: ${bytes} bytes`);
  }
});
