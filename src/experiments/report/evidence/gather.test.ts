import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../../../../test/helpers/cli.js';
import {
  lostRun,
  recordedRun,
  seeds,
  writeExperiment,
  writeRuns,
} from '../../../../test/helpers/report-runs.js';
import { optionsWith } from '../../../run/options/option-effects.js';
import { gatherEvidence } from './gather.js';
import { placesOf } from './labels.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let next = 0;
before(async () => {
  folder = await temporaryFolder();
});
after(() => folder.remove());

/** Writes runs into a folder of their own; their paths. */
async function written(...runs: Parameters<typeof recordedRun>[0][]): Promise<string[]> {
  const place = join(folder.path, String(next++));
  return (await writeRuns(place, runs.map(recordedRun))).map((path) => join(place, path));
}

test('runs are placed by their records: method with its options, then what else differs', () => {
  const labels = (...runs: Parameters<typeof recordedRun>[0][]) =>
    placesOf(runs.map((run) => recordedRun(run).record)).map(({ method }) => method);
  assert.deepEqual(
    labels(
      { accuracy: 0.5 },
      { accuracy: 0.5, method: 'randreg', methodOptions: { prior: 'class' } },
      { accuracy: 0.5, method: 'adarand', seed: 0 },
      { accuracy: 0.5, method: 'adarand', seed: 1 },
    ),
    ['fine-tuning', 'randreg(prior=class)', 'adarand', 'adarand'],
  );
  assert.deepEqual(
    labels(
      { accuracy: 0.5, method: 'adarand', options: { lambda: 3 } },
      { accuracy: 0.5, method: 'adarand' },
      { accuracy: 0.5, method: 'bss' },
    ),
    ['adarand(lambda=3)', 'adarand(lambda=default)', 'bss'],
  );
});

/** Labels of three runs of fine-tuning with these options, at the seeds 0, 1 and 2. */
const labelsOf = (...options: readonly Readonly<Record<string, unknown>>[]) =>
  placesOf(options.map((each, seed) => recordedRun({ accuracy: 0.5, seed, options: each }).record)).map(
    ({ method }) => method,
  );

test('runs of other seeds are of one method only if no option differs that can change a result', () => {
  assert.deepEqual(labelsOf({ learningRate: 0.001 }, { learningRate: 0.002 }, {}), [
    'fine-tuning(learningRate=0.001)',
    'fine-tuning(learningRate=0.002)',
    'fine-tuning(learningRate=default)',
  ]);
  const alike = ['fine-tuning', 'fine-tuning'];
  assert.deepEqual(labelsOf({ learningRate: 0.001 }, { learningRate: 0.001 }), alike);
  for (const [name, [one, other]] of Object.entries(ofNoEffect))
    assert.deepEqual(labelsOf({ [name]: one }, { [name]: other }), alike, name);
  assert.deepEqual(Object.keys(ofNoEffect).sort(), optionsWith('none').sort());
});

/** Two values of each option that changes no result. */
const ofNoEffect: Readonly<Record<string, readonly [unknown, unknown]>> = {
  out: ['a', 'b'],
  test: [true, false],
  predictions: [true, false],
  diagnostics: [true, false],
  keepFeatures: ['all', 'last'],
  threads: [1, 2],
  checkpointSeconds: [1, 2],
  logEvery: [1, 2],
  tensorboard: [true, false],
};

test('a run by time is named by its minutes: its epochs follow from the machine', () => {
  assert.deepEqual(labelsOf({ minutes: 5, epochs: 17 }, { minutes: 5, epochs: 18 }), [
    'fine-tuning',
    'fine-tuning',
  ]);
  assert.deepEqual(labelsOf({ minutes: 5, epochs: 17 }, { epochs: 17 }), [
    'fine-tuning(minutes=5)',
    'fine-tuning(epochs=17)',
  ]);
});

test('options that differ between datasets, networks and fractions alone are of one method, but are named where any are', () => {
  const one = { accuracy: 0.5, options: { epochs: 10 } };
  const fourth = { accuracy: 0.5, fraction: 0.25, options: { epochs: 40 } };
  const labels = (...runs: Parameters<typeof recordedRun>[0][]) =>
    placesOf(runs.map((run) => recordedRun(run).record)).map(({ method }) => method);
  assert.deepEqual(labels(one, fourth), ['fine-tuning', 'fine-tuning']);
  assert.deepEqual(labels(one, fourth, { ...one, seed: 1, options: { epochs: 20 } }), [
    'fine-tuning(epochs=10)',
    'fine-tuning(epochs=40)',
    'fine-tuning(epochs=20)',
  ]);
});

test('a run beside an experiment is of its method only if no option differs from its', () => {
  const experiment = seeds([0.5, 0.6], { options: { learningRate: 0.001 } });
  const beside = [0.001, 0.002].map(
    (learningRate) => recordedRun({ accuracy: 0.5, seed: 2, options: { learningRate } }).record,
  );
  assert.deepEqual(
    placesOf(beside, experiment).map(({ method }) => method),
    ['fine-tuning', 'fine-tuning(learningRate=0.002)'],
  );
});

test('an experiment is read with its failures; the baseline comes first', async () => {
  const path = join(folder.path, 'experiment');
  await mkdir(path);
  await writeExperiment(path, [
    ...seeds([0.6, 0.7], { method: 'adarand' }),
    ...seeds([0.5, 0.5], {}),
    lostRun({ seed: 2 }),
    lostRun({ seed: 3 }, 'unfinished'),
  ]);
  const { methods, baseline, split, runs, remarks, title } = await gatherEvidence([path], undefined);
  assert.deepEqual(
    [title, methods, baseline, split, runs.length],
    ['experiment', ['fine-tuning', 'adarand'], 'fine-tuning', 'test', 6],
  );
  assert.match(remarks.join(' '), /1 of 6 runs failed.*1 of 6 runs are not finished/);
  assert.equal((await gatherEvidence([path], 'adarand')).baseline, 'adarand');
  await assert.rejects(gatherEvidence([path], 'adarant'), {
    code: 'report.baseline',
    message: /Did you mean "adarand"\?/,
  });
});

test('an experiment without plain fine-tuning has its first method as the baseline, which is said', async () => {
  const path = join(folder.path, 'without');
  await mkdir(path);
  await writeExperiment(path, [...seeds([0.6], { method: 'randreg' }), ...seeds([0.5], { method: 'bss' })]);
  const { methods, baseline, remarks } = await gatherEvidence([path], undefined);
  assert.deepEqual([methods[0], baseline], ['randreg', 'randreg']);
  assert.match(remarks.join(' '), /No run is of plain fine-tuning: methods are compared with randreg/);
  const single = await gatherEvidence(await written({ accuracy: 0.5, method: 'bss' }), undefined);
  assert.equal(single.baseline, undefined);
});

test('where several methods are plain fine-tuning, it is said which one is the baseline', async () => {
  const options = [{ learningRate: 0.001 }, { learningRate: 0.002 }];
  const paths = await written(...options.map((each, seed) => ({ accuracy: 0.5, seed, options: each })));
  const { baseline, remarks } = await gatherEvidence(paths, undefined);
  assert.equal(baseline, 'fine-tuning(learningRate=0.001)');
  const said =
    /Several methods are plain fine-tuning: .* with fine-tuning\(learningRate=0\.001\); --baseline/;
  assert.match(remarks.join(' '), said);
  const chosen = await gatherEvidence(paths, 'fine-tuning(learningRate=0.002)');
  assert.doesNotMatch(chosen.remarks.join(' '), said);
});

test('without a test, accuracies are of the validation, which is said', async () => {
  const { split, remarks } = await gatherEvidence(await written({ accuracy: null }), undefined);
  assert.equal(split, 'val');
  assert.match(remarks.join(' '), /too high/);
});

const refused = (paths: readonly string[], code: string, message: RegExp) =>
  assert.rejects(gatherEvidence(paths, undefined), { name: 'AdarandError', code, message });

test('what cannot be compared is refused, and the run is named', async () => {
  const [tested = '', untested = ''] = await written({ accuracy: 0.5 }, { accuracy: null, seed: 1 });
  await refused([tested, untested], 'report.mixed', /flowers-sample-fine-tuning-1-1 has none/);
  await refused([tested, tested], 'report.same-place', /the same run twice: fine-tuning on flowers/);
  const others = await written({ accuracy: 0.5, seed: 1, classes: ['x', 'y'] });
  await refused([tested, ...others], 'report.mixed', /different classes/);
  const mirrored = await written({ accuracy: 0.5, method: 'bss' });
  const record = { ...recordedRun({ accuracy: 0.5, method: 'bss' }).record };
  const changed = { ...record, data: { ...record.data, fingerprint: 'other images' } };
  await writeFile(join(mirrored[0] ?? '', 'run.json'), JSON.stringify(changed));
  await refused([tested, ...mirrored], 'report.mixed', /different images at the same seed/);
});

test('what is no run, of another version, or without any result is refused, and named', async () => {
  await refused([folder.path], 'run.not-a-run', /adarand-/);
  const [run = ''] = await written({ accuracy: 0.5 });
  await writeFile(join(run, 'run.json'), JSON.stringify({ format: 2 }));
  await refused([run], 'run.damaged', /run\.json is not what a run writes: format/);
  const path = join(folder.path, 'all failed');
  await mkdir(path);
  await writeExperiment(path, [lostRun({ seed: 0 }), lostRun({ seed: 1 })]);
  await refused(
    [path],
    'report.nothing',
    /none of the 2 runs has a result; 2 failed.*the loss became infinite/,
  );
  await writeExperiment(path, [lostRun({}, 'unfinished')]);
  await refused([path], 'report.nothing', /none of the 1 runs has ended/);
  await writeFile(join(path, 'experiment.json'), JSON.stringify({ version: 2, runs: [] }));
  await refused([path], 'run.damaged', /experiment\.json is not what a run writes: version/);
});
