import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { at } from '../errors.js';
import { type Answer, calibrationError, reliabilityBins } from './calibration.js';
import { classMeasures, confusionCounts } from './class-measures.js';
import { NearestRows } from './nearest.js';
import { softmax } from './softmax.js';
import { fitTemperature, type LabelledLogits } from './temperature.js';

const golden = readGolden(
  'calibration',
  z.object({
    classes: z.number(),
    labels: z.array(z.number()),
    logits: z.array(z.array(z.number())),
    error: z.number(),
    temperature: z.number(),
    errorScaled: z.number(),
    lossScaled: z.number(),
  }),
);
const { classes, labels } = golden;
const samples: LabelledLogits = { classes, labels, logits: Float32Array.from(golden.logits.flat()) };

const rowOf = ({ logits, classes }: LabelledLogits, i: number) =>
  logits.subarray(i * classes, (i + 1) * classes);

function answersAt(temperature: number): Answer[] {
  return labels.map((label, i) => {
    const p = softmax(rowOf(samples, i), temperature);
    const probability = Math.max(...p);
    return { probability, right: p.indexOf(probability) === label };
  });
}

function lossAt(of: LabelledLogits, temperature: number): number {
  const losses = of.labels.map((label, i) => -Math.log(at(softmax(rowOf(of, i), temperature), label)));
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}

test('the error of answers whose bins are known, in closed form', () => {
  // Ten answers at 0.95, six of them right, and ten at 0.55, eight of them right: (0.35 + 0.25) / 2.
  const answers = [
    ...Array.from({ length: 10 }, (_, i) => ({ probability: 0.95, right: i < 6 })),
    ...Array.from({ length: 10 }, (_, i) => ({ probability: 0.55, right: i < 8 })),
  ];
  const bins = reliabilityBins(answers);
  assert.ok(Math.abs(calibrationError(bins) - 0.3) < 1e-12);
  const filled = bins.filter(({ images }) => images > 0);
  assert.deepEqual(
    filled.map(({ images, accuracy }) => [images, accuracy]),
    [
      [10, 0.8],
      [10, 0.6],
    ],
  );
  assert.deepEqual(
    filled.map(({ low }) => Math.round(15 * low)),
    [8, 14],
  );
});

test('the ends of bins: a probability that two share is in the lower, 0 in the first, 1 in the last', () => {
  const bins = reliabilityBins(
    [0, 0.2, 0.4, 1].map((probability) => ({ probability, right: true })),
    5,
  );
  assert.deepEqual(
    bins.map(({ images }) => images),
    [2, 1, 0, 0, 1],
  );
});

test('error and temperature agree with NumPy and SciPy', () => {
  const temperature = fitTemperature(samples);
  assert.ok(temperature !== undefined);
  assert.ok(Math.abs(temperature - golden.temperature) < 1e-6, `${temperature}, not ${golden.temperature}`);
  assert.ok(Math.abs(lossAt(samples, temperature) - golden.lossScaled) < 1e-9);
  for (const [T, expected] of [
    [1, golden.error],
    [temperature, golden.errorScaled],
  ] as const)
    assert.ok(Math.abs(calibrationError(reliabilityBins(answersAt(T))) - expected) < 1e-6);
});

test('no temperature of a grid has a smaller loss', () => {
  const row = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 3, maxLength: 3 });
  const given = fc.array(fc.tuple(row, fc.integer({ min: 0, max: 2 })), { minLength: 3, maxLength: 30 });
  fc.assert(
    fc.property(given, (rows) => {
      const logits = Float32Array.from(rows.flatMap(([row]) => row));
      const of = { classes: 3, labels: rows.map(([, label]) => label), logits };
      const temperature = fitTemperature(of);
      if (temperature === undefined) return;
      const loss = lossAt(of, temperature);
      for (let power = -4; power <= 4; power += 0.25) assert.ok(loss <= lossAt(of, 2 ** power) + 1e-9);
    }),
    { numRuns: 60 },
  );
});

test('where every answer is right, no temperature is the best', () => {
  const logits = Float32Array.from([3, 0, 0, 5]);
  assert.equal(fitTemperature({ classes: 2, labels: [0, 1], logits }), undefined);
});

test('recall, precision and F1 of counted answers', () => {
  //                       a  a  a  b  b
  const counts = confusionCounts([0, 0, 0, 1, 1], [0, 0, 1, 1, 1], 3);
  assert.deepEqual([...counts], [2, 1, 0, 0, 2, 0, 0, 0, 0]);
  assert.deepEqual(classMeasures(counts, 3), [
    { images: 3, answered: 2, right: 2, recall: 2 / 3, precision: 1, f1: 4 / 5 },
    { images: 2, answered: 3, right: 2, recall: 1, precision: 2 / 3, f1: 4 / 5 },
    { images: 0, answered: 0, right: 0, recall: null, precision: null, f1: null },
  ]);
});

test('the most similar rows are those of a search through all', () => {
  const vector = fc.float32Array({ minLength: 3, maxLength: 3, noNaN: true, min: -8, max: 8 });
  fc.assert(
    fc.property(fc.array(vector, { minLength: 1, maxLength: 20 }), vector, (rows, wanted) => {
      const found = new NearestRows(Float32Array.from(rows.flatMap((row) => [...row])), 3).find(wanted, 4);
      const cosine = (row: Float32Array) => {
        const [product, a, b] = [
          wanted.reduce((sum, x, i) => sum + x * at(row, i), 0),
          Math.hypot(...wanted),
          Math.hypot(...row),
        ];
        return a * b === 0 ? 0 : product / (a * b);
      };
      const best = rows
        .map(cosine)
        .sort((a, b) => b - a)
        .slice(0, 4);
      assert.equal(found.length, best.length);
      found.forEach(({ row, similarity }, i) => {
        assert.ok(Math.abs(similarity - at(best, i)) < 1e-6);
        assert.ok(Math.abs(similarity - cosine(at(rows, row))) < 1e-6);
      });
    }),
  );
});
