import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { topAccuracy } from '../analysis/top-k.js';
import { at } from '../errors.js';
import { nodeDriver } from '../runtime/node.js';
import { FeatureEntropies } from './feature-entropies.js';
import { Outputs } from './outputs.js';
import { type Calibrated, measureSplit, metricsOf, perClass, splitMeasures } from './split-measures.js';

const golden = readGolden(
  'split-measures',
  z.object({
    classes: z.number(),
    temperature: z.number(),
    labels: z.array(z.number()),
    logits: z.array(z.array(z.number())),
    features: z.array(z.array(z.number())),
    measures: z.record(z.enum(splitMeasures), z.number()),
    ece_cross_fitted: z.number(),
    perClass: z.array(z.object({ precision: z.number().nullable(), recall: z.number(), f1: z.number() })),
  }),
);

/** The first images of the golden file; of so many classes as they have logits. */
function outputs(images = golden.labels.length, classes = golden.classes): Outputs {
  const collected = new Outputs(classes, at(golden.features, 0).length);
  for (let i = 0; i < images; i++)
    collected.add({
      logits: Float32Array.from(at(golden.logits, i).slice(0, classes)),
      features: Float32Array.from(at(golden.features, i)),
      label: at(golden.labels, i),
    });
  return collected;
}

describe('measures of a split', () => {
  let entropies: FeatureEntropies;
  before(async () => {
    entropies = await FeatureEntropies.compile(at(golden.features, 0).length, {
      driver: nodeDriver,
      device: 'cpu',
    });
  });
  after(() => entropies.release());
  const measure = (of: Outputs, calibrated: Calibrated) => measureSplit(of, { entropies, calibrated });

  test('agree with NumPy, SciPy and scikit-learn', async () => {
    const measured = await measure(outputs(), { temperature: golden.temperature });
    for (const name of splitMeasures) {
      const [value, expected] = [measured[name], golden.measures[name]];
      assert.ok(value !== null && Math.abs(value - expected) < 1e-5, `${name}: ${value}, not ${expected}`);
    }
    const { ece_calibrated: crossFitted } = await measure(outputs(), 'cross-fit');
    assert.ok(crossFitted !== null && Math.abs(crossFitted - golden.ece_cross_fitted) < 1e-5);
  });

  test('of each class agree with scikit-learn, where nothing was answered, too', () => {
    const classes = perClass(outputs().samples);
    assert.equal(classes.length, golden.perClass.length);
    classes.forEach(({ precision, recall, f1 }, k) => {
      const expected = at(golden.perClass, k);
      for (const [value, wanted] of [
        [precision, expected.precision],
        [recall, expected.recall],
        [f1, expected.f1],
      ])
        assert.ok(value === wanted || Math.abs(Number(value) - Number(wanted)) < 1e-9, `class ${k}`);
    });
  });

  test('that are not defined are null, and no metrics', async () => {
    const one = await measure(outputs(1), { temperature: undefined });
    assert.deepEqual([one.entropy, one.mutual_information, one.ece_calibrated], [null, null, null]);
    assert.equal(one.norm_of_mean_feature, one.mean_feature_norm);
    assert.deepEqual(
      Object.keys(metricsOf('val', one)).filter((name) => /entropy|information|calibrated/.test(name)),
      [],
    );
    const few = await measure(outputs(6, 5), 'cross-fit');
    assert.equal(few.top5_accuracy, null, 'there are only five classes');
    assert.ok(few.conditional_entropy !== null && few.entropy !== null);
    assert.equal(metricsOf('train', few).train_entropy, few.entropy);
  });
});

test('a class is among the k likeliest where fewer than k are likelier, or as likely and before it', () => {
  assert.equal(topAccuracy({ logits: Float32Array.of(1, 3, 2, 2), labels: [2], classes: 4 }, 2), 1);
  assert.equal(topAccuracy({ logits: Float32Array.of(1, 3, 2, 2), labels: [3], classes: 4 }, 2), 0);
  const row = fc.uniqueArray(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(row, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 6 }), (logits, label, k) => {
      const likeliest = logits.toSorted((a, b) => b - a).slice(0, k);
      const expected = Number(likeliest.includes(at(logits, label)));
      assert.equal(
        topAccuracy({ logits: Float32Array.from(logits), labels: [label], classes: 6 }, k),
        expected,
      );
    }),
  );
});
