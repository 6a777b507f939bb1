import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageFolder } from '../../src/package.js';
import { marksOf } from '../../test/helpers/svg-marks.js';
import { syntheticEvidence } from '../../test/helpers/synthetic-evidence.js';
import { replaceBlock } from '../docs/block.js';
import { beatsFineTuning } from './claims/beats-fine-tuning.js';
import { beatsFnp } from './claims/beats-fnp.js';
import { highestEntropy } from './claims/entropy.js';
import { claims } from './claims/index.js';
import { littleTime } from './claims/time.js';
import { claimsBlock } from './claims-block.js';
import { claimsChart } from './claims-chart.js';
import { readAllEvidence } from './evidence/file.js';
import { judge } from './judge.js';
import { Missing } from './missing.js';

const read = (...path: readonly string[]) => readFile(join(packageFolder(), ...path), 'utf8');

test('docs/results.md and its picture say what the committed evidence does; else: npm run results:claims', async () => {
  const judged = judge(claims, await readAllEvidence());
  const page = await read('docs', 'results.md');
  assert.equal(replaceBlock(page, 'claims', claimsBlock(judged)), page);
  assert.equal(await claimsChart(judged), await read('assets', 'claims.svg'));
});

/** AdaRand 3 points above plain fine-tuning, give or take one, of less entropy; a run failed. */
const evidence = syntheticEvidence({
  name: 'made-up',
  methods: ['plain', 'adarand'],
  seeds: 4,
  run: ({ label, dataset, seed }) =>
    label === 'plain'
      ? { accuracy: 50, entropy: 300 }
      : dataset === 'b' && seed === 3
        ? { status: 'failed' }
        : {
            accuracy: 52 + (seed % 2) + (dataset === 'a' ? 1 : 0),
            entropy: 250 + seed,
            seconds: 1.1 + seed / 99,
          },
});
const judged = judge([beatsFineTuning, beatsFnp, highestEntropy, littleTime], [evidence]);

test('a claim has a row for each comparison, and a sentence that says all that it is judged by', () => {
  const block = claimsBlock(judged);
  assert.match(
    block,
    /^Of 4 claims: holds here 2, does not hold here 1, cannot be told 1\. All p .* for 3 comparisons\.\n/,
  );
  const rows = block.split('\n').filter((line) => line.startsWith('| '));
  assert.deepEqual(
    rows.slice(2).map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
        .filter((_, column) => column !== 2),
    ),
    // The intervals are Welch's, by SciPy.
    [
      ['1', 'AdaRand beats plain fine-tuning', '+2.67', '+2.92 (+2.33 to +3.50)', '4 + 3', '**holds here**'],
      ['2', 'AdaRand beats FNP', '+1.23', '–', '', 'cannot be told'],
      [
        '3',
        'AdaRand has the highest entropy of features',
        '+0.449',
        '-0.488 (-0.499 to -0.476)',
        '4 + 3',
        '**does not hold here**',
      ],
      ['', '', '+1.172', '–', '', ''],
      [
        '4',
        'AdaRand costs as little time as in the paper',
        '× 1.42',
        '× 1.11 (× 1.10 to × 1.12)',
        '4 + 3',
        '**holds here**',
      ],
    ],
  );
  const text = block.replaceAll(/\s+/g, ' ');
  assert.ok(
    text.includes(
      'Here: +3.50 on a, +2.33 on b (`made-up`, 25 %). Failed runs, left out with what they are compared with: 1. Corrected p < 0.001 against',
    ),
    text,
  );
  assert.ok(text.includes('2. **AdaRand beats FNP: cannot be told.** The paper: +1.23 points'), text);
  assert.ok(text.includes('What is missing: runs of FNP.'), text);
  assert.ok(
    text.includes('16 runs of 2 methods with network (100 features) on 25 % of the training images'),
    text,
  );
  for (const line of block.split('\n').filter((one) => !one.startsWith('|')))
    assert.ok(line.length <= 120, line);
});

test('the picture has a row for each difference, also of what was not measured, and an arrow where it is cut', async () => {
  const svg = await claimsChart(judged);
  const { count } = marksOf(svg);
  // Of three differences, with what is inside of the picture.
  assert.equal(count('symbol'), 3);
  for (const name of [
    '1. accuracy, AdaRand - plain fine-tuning',
    '2. accuracy, AdaRand - FNP',
    '3. entropy, AdaRand - plain fine-tuning',
    "4. seconds, AdaRand / plain fine-tuning (at most the paper's)",
    'not measured yet',
  ])
    assert.ok(svg.includes(`aria-label="${name}"`), name);
  const wide = judged.map((one) => ({
    ...one,
    parts: one.parts.map((part) =>
      part.finding instanceof Missing ? part : { ...part, finding: { ...part.finding, low: -99, high: 99 } },
    ),
  }));
  assert.equal(marksOf(await claimsChart(wide)).count('symbol'), 3 + 6);
});
