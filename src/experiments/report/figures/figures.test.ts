/** Pictures as they are: `ADARAND_WRITE_PICTURES=1` writes those of now, to be looked at before they are committed. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { seeds } from '../../../../test/helpers/report-runs.js';
import type { ReportFigure } from '../block.js';
import type { Answers } from '../evidence/answers.js';
import type { Evidence, FinishedRun, ImageEvidence } from '../evidence/evidence.js';
import { rankingsOf } from '../evidence/ranks.js';
import { accuracyDots } from './accuracy-dots.js';
import { confusionMatrices } from './confusion.js';
import { criticalDifferences } from './critical-difference.js';
import { diagnosticCurves } from './diagnostics.js';
import { featurePlanes } from './planes.js';
import { reliabilityDiagrams } from './reliability.js';
import { smallDataCurves } from './small-data.js';

const methods = ['fine-tuning', 'bss', 'adarand'];

function runsOf(dataset: string, gains: readonly number[]): FinishedRun[] {
  return methods.flatMap((method, m) =>
    [1, 0.25].flatMap((fraction) =>
      seeds(
        [0, 1].map((seed) => 0.6 + (gains[m] ?? 0) + 0.01 * seed - 0.1 * (1 - fraction)),
        { dataset, method, fraction, metrics: { val_accuracy: [0.4, 0.5 + (gains[m] ?? 0)] } },
      ),
    ),
  );
}

const runs = [
  ...runsOf('flowers', [0, 0.01, 0.05]),
  ...runsOf('birds', [0, -0.02, 0.04]),
  ...runsOf('cars', [0, 0.03, 0.02]),
];

const answers: Answers = {
  split: 'test',
  classes: ['a', 'b', 'c'],
  images: [0, 1, 2, 0, 1, 2].map((truth, i) => ({
    name: `${i}`,
    truth,
    predicted: i === 4 ? 0 : truth,
    probability: 0.5 + 0.08 * i,
    truthProbability: i === 4 ? 0.1 : 0.5 + 0.08 * i,
    image: undefined,
  })),
};

const images = new Map<string, ImageEvidence>(
  runs
    .filter(({ place }) => place.dataset === 'flowers')
    .map(({ path, place }) => {
      const turn = methods.indexOf(place.method);
      const values = Float32Array.from(
        { length: 18 },
        (_, i) => Math.sin(i * (turn + 1)) * (i % 3 === 0 ? 2 : 1),
      );
      return [
        path,
        { answers, features: { values, labels: [0, 1, 2, 0, 1, 2], size: 3, of: 'test images' } },
      ];
    }),
);

const evidence: Evidence = {
  title: 'an experiment',
  methods,
  baseline: 'fine-tuning',
  split: 'test',
  runs,
  images,
  remarks: [],
};

const drawn: Readonly<Record<string, readonly ReportFigure[]>> = {
  accuracy: accuracyDots(evidence),
  'small-data': smallDataCurves(evidence),
  ranks: criticalDifferences(rankingsOf(evidence)),
  epochs: diagnosticCurves(evidence).figures,
  features: featurePlanes(evidence),
  confusion: confusionMatrices(evidence),
  reliability: reliabilityDiagrams(evidence),
};

for (const [name, [figure]] of Object.entries(drawn))
  test(`the picture of ${name} is the one that was looked at`, async () => {
    const svg = `${(await figure?.draw(160))?.replaceAll(/>(?=<)/g, '>\n')}\n`;
    const file = `test/golden/report/${name}.svg`;
    if (process.env.ADARAND_WRITE_PICTURES === '1') await writeFile(file, svg);
    assert.equal(svg, await readFile(file, 'utf8'));
  });

test('names of files are distinct, and metrics that no run has are named', () => {
  const names = Object.values(drawn).flatMap((figures) => figures.map(({ name }) => name));
  assert.equal(new Set(names).size, names.length);
  assert.equal(names.length, 3 + 3 + 2 + 3 + 2 + 3 + 3);
  const { absent } = diagnosticCurves(evidence);
  assert.ok(absent.includes('train_entropy') && !absent.includes('val_accuracy'));
});
