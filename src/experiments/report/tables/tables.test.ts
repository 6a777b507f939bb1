import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lostRun, recordedRun, seeds } from '../../../../test/helpers/report-runs.js';
import { holm } from '../../../analysis/holm.js';
import { pairedHalfWidth } from '../../../analysis/paired-proportions.js';
import { pairedTest } from '../../../analysis/paired-test.js';
import { meanAndSpread } from '../../../analysis/statistics.js';
import type { Cell, ReportTable } from '../block.js';
import { differencesIn } from '../evidence/differences.js';
import type { Evidence, FinishedRun, RunEvidence } from '../evidence/evidence.js';
import { panelsOf } from '../evidence/panels.js';
import { rankingsOf } from '../evidence/ranks.js';
import { textOf } from '../write/cell-text.js';
import { ablationTable } from './ablation.js';
import { accuracyTable } from './accuracy.js';
import { costTable } from './costs.js';
import { differenceTable } from './differences.js';
import { rankTable } from './ranks.js';
import { runsTable } from './runs.js';
import { testMeasureTables } from './test-measures.js';

function evidenceOf(runs: readonly RunEvidence[]): Evidence {
  const methods = Array.from(new Set(runs.map(({ place }) => place.method)));
  return {
    title: 'an experiment',
    methods,
    baseline: 'fine-tuning',
    split: 'test',
    runs,
    images: new Map(),
    remarks: [],
  };
}

/** The row of a table that begins with these cells. */
function rowOf(table: ReportTable | undefined, ...start: readonly string[]): readonly Cell[] {
  const rows = table?.rows.filter((row) => start.every((text, i) => textOf(row[i] ?? '') === text)) ?? [];
  assert.equal(rows.length, 1, `one row of ${start}`);
  return rows[0] ?? [];
}

const plain = [0.5, 0.52, 0.48, 0.51, 0.49];
const better = [0.6, 0.63, 0.58, 0.6, 0.6];
const alike = [0.51, 0.51, 0.49, 0.5, 0.5];

test('an accuracy is a mean over seeds with its spread, bold where it is better than every other', () => {
  const three = evidenceOf([
    ...seeds(plain, {}),
    ...seeds(better, { method: 'adarand' }),
    ...seeds(alike, { method: 'bss' }),
  ]);
  const table = accuracyTable(three);
  assert.deepEqual(rowOf(table, 'fine-tuning'), ['fine-tuning', '50.00 ± 1.58 (n=5)']);
  assert.deepEqual(rowOf(table, 'adarand'), ['adarand', { strong: '60.20 ± 1.79 (n=5)' }]);
  const [dataset, , , , , mean, sd, n] = table.tidy?.rows[0] ?? [];
  assert.deepEqual([dataset, mean, sd, n], ['flowers', 50, meanAndSpread(plain.map((x) => 100 * x)).std, 5]);
  const close = evidenceOf([...seeds(plain, {}), ...seeds(alike, { method: 'bss' })]);
  for (const row of accuracyTable(close).rows) assert.ok(row.every((cell) => typeof cell === 'string'));
});

test('failed and unfinished runs are shown beside the mean of the others, or in its place', () => {
  const table = accuracyTable(
    evidenceOf([
      ...seeds([0.5, 0.6], {}),
      lostRun({ seed: 2 }),
      lostRun({ seed: 3 }),
      lostRun({ seed: 4 }, 'unfinished'),
      lostRun({ method: 'bss' }),
    ]),
  );
  assert.deepEqual(rowOf(table, 'fine-tuning')[1], '55.00 ± 7.07 (n=2), 2 of 5 failed, 1 of 5 not finished');
  assert.deepEqual(rowOf(table, 'bss')[1], '1 of 1 failed');
  assert.match(table.notes.join(' '), /how many failed/);
  assert.deepEqual(table.tidy?.rows[1]?.slice(5), [undefined, undefined, 0, 1, 0, false]);
});

test('shares of the images are columns; with one share, datasets are', () => {
  const shares = [1, 0.25].flatMap((fraction) => seeds(plain, { fraction }));
  assert.deepEqual(
    accuracyTable(evidenceOf(shares)).columns.map(({ title }) => title),
    ['method', '100 %', '25 %'],
  );
  const datasets = ['flowers', 'birds'].flatMap((dataset) => seeds(plain, { dataset }));
  assert.deepEqual(
    accuracyTable(evidenceOf(datasets)).columns.map(({ title }) => title),
    ['method', 'flowers', 'birds'],
  );
  const both = [...shares, ...seeds(plain, { dataset: 'birds', model: 'other' })];
  assert.deepEqual(rowOf(accuracyTable(evidenceOf(both)), 'birds', 'other').slice(2), [
    'fine-tuning',
    '50.00 ± 1.58 (n=5)',
    '–',
  ]);
});

test('a difference is paired by seed, with the corrected p of all methods that are compared', () => {
  const runs = [
    ...seeds(plain, { testImages: 10_000 }),
    ...seeds(better, { method: 'adarand', testImages: 10_000 }),
    ...seeds(alike, { method: 'bss', testImages: 10_000 }),
  ].filter(({ place }) => !(place.method === 'bss' && place.seed === 4));
  const table = differenceTable(evidenceOf(runs));
  const in100 = (values: readonly number[]) => values.map((value) => 100 * value);
  const tests = [
    pairedTest(in100(better), in100(plain)),
    pairedTest(in100(alike.slice(0, 4)), in100(plain.slice(0, 4))),
  ];
  const corrected = holm(tests.map(({ p }) => p ?? 1));
  const adarand = rowOf(table, 'adarand');
  assert.deepEqual(adarand[1], { strong: '+10.20' });
  assert.equal(adarand[2], `+${tests[0]?.low.toFixed(2)} to +${tests[0]?.high.toFixed(2)}`);
  assert.deepEqual([adarand[6], adarand[8]], ['5', 'better']);
  const bss = rowOf(table, 'bss');
  assert.deepEqual([bss[5], bss[6], bss[8]], [corrected[1]?.toFixed(3), '4', 'n.s. †']);
  assert.match(table?.notes.join(' ') ?? '', /Holm.* up to 2 methods.* n\.s\.: not significant/);
  for (const row of table?.tidy?.rows ?? []) assert.equal(row.length, table?.tidy?.columns.length);
  const tidy = table?.tidy?.rows[0] ?? [];
  assert.equal(tidy[table?.tidy?.columns.indexOf('p_holm') ?? -1], corrected[0]);
});

test('p is corrected for the methods of several seeds, also for those that never differ, and not for those of one', () => {
  const correctedBeside = (...others: readonly FinishedRun[]) => {
    const runs = [...seeds(plain, {}), ...seeds(better, { method: 'adarand' }), ...others];
    const [one] = panelsOf(evidenceOf(runs)).flatMap((panel) => differencesIn(panel, evidenceOf(runs)));
    return { comparisons: one?.comparisons, factor: (one?.holm ?? 0) / (one?.test.p ?? 1) };
  };
  const alone = { comparisons: 1, factor: 1 };
  assert.deepEqual(correctedBeside(), alone);
  const single = ['bss', 'l2-sp'].map((method) => recordedRun({ method, accuracy: 0.6 }));
  assert.deepEqual(correctedBeside(...single), alone);
  assert.deepEqual(correctedBeside(...single, ...seeds(plain, { method: 'delta' })), {
    comparisons: 2,
    factor: 2,
  });
});

test('where runs kept the linear probe, that is said of all of them, and of each comparison', () => {
  const runs = ['fine-tuning', 'adarand', 'bss'].flatMap((method) =>
    [0, 1].map((seed) =>
      recordedRun({ method, seed, accuracy: 0.5 + 0.1 * seed, bestEpoch: method === 'bss' ? 1 : seed }),
    ),
  );
  const evidence = evidenceOf(runs);
  assert.match(
    accuracyTable(evidence).notes.join(' '),
    /2 of 6 runs kept the linear probe that all begin with/,
  );
  const table = differenceTable(evidence);
  assert.equal(rowOf(table, 'adarand').at(-1), 'identical ‡ 1 of 2');
  assert.equal(rowOf(table, 'bss').at(-1), 'identical');
  assert.match(table?.notes.join(' ') ?? '', /‡: in so many pairs both runs kept the linear probe/);
  const none = evidenceOf(runs.map((run) => recordedRun({ ...run.place, accuracy: 0.5 })));
  assert.doesNotMatch(
    [accuracyTable(none), differenceTable(none)].flatMap((made) => made?.notes ?? []).join(' '),
    /probe/,
  );
});

test('where seeds tell nothing, or a test set is too small, that is said', () => {
  const few = (method: string, accuracies: readonly number[]) =>
    seeds(accuracies, { method, testImages: 20 });
  const one = differenceTable(evidenceOf([...few('fine-tuning', [0.5]), ...few('bss', [0.6])]));
  assert.deepEqual(rowOf(one, 'bss').slice(1), [
    ...['+10.00', '–', '–', '–', '–', '1', '–'],
    'one seed tells nothing †',
  ]);
  assert.match(
    one?.notes.join(' ') ?? '',
    /no p, and nothing to correct.* that of one accuracy .*: up to 20\.\d points \(flowers, 20 images\)/,
  );
  const same = differenceTable(evidenceOf([...few('fine-tuning', [0.1, 0.2]), ...few('bss', [0.5, 0.6])]));
  assert.equal(rowOf(same, 'bss').at(-1), 'the same in every seed');
  const apart = recordedRun({ method: 'adarand', seed: 7, accuracy: 0.5 });
  assert.match(
    differenceTable(evidenceOf([...few('fine-tuning', [0.5]), ...few('bss', [0.6]), apart]))?.notes.at(-1) ??
      '',
    /^Not compared, because no run that ended has the seed of one of fine-tuning: adarand\.$/,
  );
  assert.equal(differenceTable(evidenceOf(few('fine-tuning', [0.5, 0.6]))), undefined);
});

test('where predictions were kept, a test set is too small for a difference by the images that one of the two gets right', () => {
  const runs = ['fine-tuning', 'bss'].flatMap((method, m) =>
    [0, 1].map((seed) =>
      recordedRun({ method, seed, testImages: 100, accuracy: (50 + 5 * m + seed * (1 + m)) / 100 }),
    ),
  );
  // Right are the first images: of 100, five are discordant in the one seed, six in the other.
  const images = new Map(
    runs.map(({ path, summary }) => [
      path,
      {
        features: undefined,
        answers: {
          split: 'test' as const,
          classes: ['a', 'b', 'c'],
          images: Array.from({ length: 100 }, (_, i) => ({
            ...{
              name: `${i}`,
              truth: 0,
              predicted: i < Math.round(100 * (summary.test_accuracy ?? 0)) ? 0 : 1,
            },
            ...{ probability: 0.5, truthProbability: 0.5, image: undefined },
          })),
        },
      },
    ]),
  );
  const evidence = { ...evidenceOf(runs), images };
  const column = (made: ReportTable | undefined, name: string) =>
    made?.tidy?.rows[0]?.[made.tidy.columns.indexOf(name)];
  const paired = differenceTable(evidence);
  const alone = (from: number, to: number) =>
    new Map(Array.from({ length: 100 }, (_, i) => [`${i}`, Number(i >= from && i < to)]));
  assert.equal(column(paired, 'image_half_width'), 100 * pairedHalfWidth([alone(50, 55), alone(51, 57)]));
  assert.deepEqual(
    [column(paired, 'image_half_width_of'), column(paired, 'test_set_too_small')],
    ['difference', false],
  );
  const without = differenceTable(evidenceOf(runs));
  assert.deepEqual(
    [column(without, 'image_half_width_of'), column(without, 'test_set_too_small')],
    ['accuracy', true],
  );
});

test('ranks need three datasets and two methods that ended on all of them', () => {
  const on = (datasets: readonly string[]) =>
    datasets.flatMap((dataset) => [
      ...seeds([0.5, 0.5], { dataset }),
      ...seeds([0.6, 0.7], { dataset, method: 'adarand' }),
      ...seeds([0.4, 0.4], { dataset, method: 'bss' }),
    ]);
  assert.deepEqual(rankingsOf(evidenceOf(on(['a', 'b']))), []);
  const all = evidenceOf(on(['a', 'b', 'c']));
  const [ranking] = rankingsOf(all);
  assert.deepEqual(ranking?.meanRanks, [2, 1, 3]);
  assert.equal(ranking?.statistic, 6);
  assert.deepEqual(
    rankTable(rankingsOf(all)).rows.map((row) => row[2]),
    ['adarand', 'fine-tuning', 'bss'],
  );
  const withoutOne = all.runs.filter(({ place }) => !(place.dataset === 'c' && place.method === 'bss'));
  assert.deepEqual(rankingsOf({ ...all, runs: withoutOne })[0]?.methods, ['fine-tuning', 'adarand']);
});

test('costs are medians, relative to the baseline', () => {
  const costs = (method: string, seconds: readonly number[], memory: number) =>
    seconds.map((secondsPerEpoch, seed) =>
      recordedRun({ method, seed, accuracy: 0.5, secondsPerEpoch, memory }),
    );
  const table = costTable(
    evidenceOf([...costs('fine-tuning', [1, 2, 30], 1e8), ...costs('bss', [3, 3, 3], 1.5e8)]),
  );
  assert.deepEqual(rowOf(table, 'bss'), ['bss', '3.00', '× 1.50', '150', '× 1.50', '3']);
  const shared = [...seeds([0.5], {}), recordedRun({ accuracy: 0.5, method: 'bss', memory: null })];
  assert.deepEqual(rowOf(costTable(evidenceOf(shared)), 'bss').slice(3, 5), ['–', '–']);
});

test('forms of AdaRand and priors of RandReg are found by their options', () => {
  const variant = (method: string, methodOptions: Readonly<Record<string, unknown>>, accuracies = plain) =>
    seeds(accuracies, {
      method: `${method}${JSON.stringify(methodOptions)}`,
      methodOptions,
      options: { method },
    });
  const table = ablationTable(
    evidenceOf([
      ...variant('randreg', { prior: 'class' }),
      ...variant('adarand', { intra: false }),
      ...variant('adarand', {}, better),
      ...variant('adarand', { alpha: 0.1 }),
    ]),
  );
  assert.deepEqual(
    table?.rows.map(([name]) => name),
    ['AdaRand', 'AdaRand without l_intra', 'RandReg, class statistics (CP)'],
  );
  assert.equal(rowOf(table, 'AdaRand without l_intra')[2], '-10.20');
  assert.equal(ablationTable(evidenceOf(seeds(plain, {}))), undefined);
});

test('measures of the test images are means over the seeds that have them', () => {
  const runs = [1, 2].map((entropy, seed) => recordedRun({ accuracy: 0.5, seed, entropy }));
  const [table, ...more] = testMeasureTables(evidenceOf([...runs, ...seeds([0.5], { method: 'bss' })]));
  assert.deepEqual(more, []);
  assert.deepEqual(table?.rows, [['Entropy of the features, H(g) (nats)', '1.500 ± 0.707 (n=2)']]);
  assert.deepEqual(testMeasureTables(evidenceOf(seeds([0.5], {}))), []);
});

test('every run is listed, with why it has no result', () => {
  const table = runsTable(evidenceOf([...seeds([0.5], {}), lostRun({ seed: 1 })]));
  assert.equal(table.rows.length, 2);
  assert.equal(table.rows[1]?.at(-1), 'failed: the loss became infinite');
  for (const row of table.tidy?.rows ?? []) assert.equal(row.length, table.tidy?.columns.length);
});
