import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argMax } from '../../../analysis/arg-max.js';
import { fitTemperature } from '../../../analysis/temperature.js';
import type { DatasetImage } from '../../../data/index.js';
import { at } from '../../../errors.js';
import { Random } from '../../../random.js';
import type { Answers } from './answers.js';
import { measure, SHOWN_MISTAKES } from './measure.js';

const [K, d] = [3, 4];

/** Answers with random logits, the true class's raised, and random features. */
function drawn(seed: number, n: number, raised: number): Answers {
  const random = new Random(seed, 'test');
  const labels = Array.from({ length: n }, (_, i) => i % K);
  const logits = Float32Array.from(
    { length: n * K },
    (_, i) => 4 * random.normal() + (i % K === labels[Math.floor(i / K)] ? raised : 0),
  );
  const images = labels.map(
    (label, i): DatasetImage => ({
      image: { kind: 'pixels', width: 1, height: 1, channels: 1, data: new Uint8Array(1) },
      label,
      name: `${seed}/${i}`,
      digest: `${seed}/${i}`,
    }),
  );
  const answers = labels.map((_, i) => argMax(logits.subarray(i * K, (i + 1) * K)));
  const features = Float32Array.from({ length: n * d }, () => random.normal());
  return { images, labels, answers, logits, features };
}

const [shown, val, train] = [drawn(1, 90, 3), drawn(2, 40, 3), drawn(3, 30, 3)];
const measures = measure({ shown, val, train }, K, d);
const right = shown.labels.filter((label, i) => label === shown.answers[i]).length;

test('accuracy and confusion count the same answers', () => {
  assert.equal(measures.accuracy.accuracy, right / 90);
  assert.equal(
    [0, 4, 8].reduce((sum, cell) => sum + at(measures.counts, cell), 0),
    right,
  );
  assert.equal(
    measures.counts.reduce((a, b) => a + b, 0),
    90,
  );
});

test('mistakes are all wrong answers, the least probable truth first, with probabilities of a softmax', () => {
  const { mistakes } = measures;
  assert.equal(mistakes.length, 90 - right);
  assert.ok(mistakes.length > SHOWN_MISTAKES);
  mistakes.forEach((mistake, place) => {
    const i = shown.images.indexOf(mistake.image);
    const row = [...shown.logits.subarray(i * K, (i + 1) * K)].map(Math.exp);
    const total = row.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(mistake.truthProbability - at(row, mistake.truth) / total) < 1e-9);
    assert.ok(Math.abs(mistake.probability - at(row, mistake.predicted) / total) < 1e-9);
    assert.ok(mistake.truthProbability >= (mistakes[place - 1]?.truthProbability ?? 0));
    assert.equal(mistake.neighbours.length, place < SHOWN_MISTAKES ? 3 : 0);
  });
});

test('the temperature is that of the validation images, not of those that are shown', () => {
  const fit = (answers: Answers) =>
    fitTemperature({ logits: answers.logits, labels: answers.labels, classes: K });
  assert.equal(measures.calibration.scaled?.temperature, fit(val));
  assert.notEqual(fit(val), fit(shown));
  assert.equal(measure({ shown, val: undefined, train }, K, d).calibration.scaled, undefined);
  const before = measures.calibration.before.reduce((sum, { images }) => sum + images, 0);
  assert.equal(before, 90);
});

test('two images have no plane', () => {
  assert.equal(measures.plane?.labels.length, 90);
  assert.equal(measure({ shown: drawn(4, 2, 0), val, train }, K, d).plane, undefined);
});
