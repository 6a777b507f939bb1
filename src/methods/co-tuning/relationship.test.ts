import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { arrayPrepareTools } from '../../../test/helpers/prepare-tools.js';
import { worstError } from '../../../test/helpers/samples.js';
import { at } from '../../errors.js';
import { float32, type Tensor } from '../../graph/tensor.js';
import { Random } from '../../random.js';
import type { LabelledFeatures } from '../prepare.js';
import { directRelationship, reverseRelationship, type SourcePredictions } from './relationship.js';

const { compile } = arrayPrepareTools({ classes: 1, train: { features: [], labels: [] } });

const learn = {
  direct: async (predictions: SourcePredictions) => directRelationship(predictions),
  reverse: (predictions: SourcePredictions) => reverseRelationship(predictions, compile),
};

const none = (width: number): LabelledFeatures => ({
  features: float32([0, width], []),
  labels: new Int32Array(),
});

/** Images whose source probabilities lean towards one source class for each label. */
function draw(labels: readonly number[], width: number, seed: number, lean = 2): LabelledFeatures {
  const random = new Random(seed, 'test');
  const rows = labels.map((label) => {
    const powers = Array.from({ length: width }, (_, j) =>
      Math.exp(random.normal() + (j === label ? lean : 0)),
    );
    const total = powers.reduce((sum, p) => sum + p, 0);
    return powers.map((p) => p / total);
  });
  return { features: float32([labels.length, width], rows.flat()), labels: Int32Array.from(labels) };
}

const cycle = (count: number, classes: number) => Array.from({ length: count }, (_, i) => i % classes);

const rowsOf = ({ shape: [rows = 0, width = 0], data }: Tensor<'float32'>) =>
  Array.from({ length: rows }, (_, i) => data.subarray(i * width, (i + 1) * width));

function assertDistributions(relationship: Tensor<'float32'>): void {
  for (const row of rowsOf(relationship)) {
    assert.ok(row.every((p) => p >= 0 && p <= 1));
    assert.ok(Math.abs(row.reduce((sum, p) => sum + p, 0) - 1) < 1e-6);
  }
}

for (const [name, relate] of Object.entries(learn))
  describe(name, () => {
    test('rows are distributions, whatever the labels', async () => {
      const shape = fc.record({
        labels: fc.array(fc.nat(3), { minLength: 1, maxLength: 24 }),
        valLabels: fc.array(fc.nat(3), { maxLength: 6 }),
        seed: fc.nat(1000),
        lean: fc.constantFrom(0, 2, 20),
      });
      await fc.assert(
        fc.asyncProperty(shape, async ({ labels, valLabels, seed, lean }) => {
          const train = draw(labels, 3, seed, lean);
          assertDistributions(await relate({ train, val: draw(valLabels, 3, seed + 1, lean), classes: 4 }));
        }),
        { numRuns: 10 },
      );
    });

    test('each target class finds its source class', async () => {
      const train = draw(cycle(60, 3), 5, 1);
      const relationship = await relate({ train, val: draw(cycle(30, 3), 5, 2), classes: 3 });
      rowsOf(relationship).forEach((row, k) => {
        assert.equal(row.indexOf(Math.max(...row)), k);
      });
    });

    test('a class without images gets the mean over all images; without a difference all classes do', async () => {
      const train = draw(cycle(12, 3), 4, 3);
      const val = draw(cycle(6, 3), 4, 4);
      const all = [...train.features.data, ...val.features.data];
      const marginal = [0, 1, 2, 3].map(
        (j) => all.reduce((sum, q, i) => sum + (i % 4 === j ? q : 0), 0) / 18,
      );
      const relationship = await relate({ train, val, classes: 5 });
      for (const k of [3, 4]) assert.ok(worstError(at(rowsOf(relationship), k), marginal) < 1e-6);

      const q = [0.1, 0.2, 0.3, 0.4];
      const same = {
        features: float32(
          [6, 4],
          cycle(24, 4).map((j) => at(q, j)),
        ),
        labels: Int32Array.from(cycle(6, 3)),
      };
      for (const row of rowsOf(await relate({ train: same, val: same, classes: 3 })))
        assert.ok(worstError(row, q) < 1e-5);
    });

    test('permuting the target classes permutes the rows', async () => {
      const [train, val] = [draw(cycle(30, 3), 4, 5), draw(cycle(12, 3), 4, 6)];
      const shift = ({ features, labels }: LabelledFeatures) => ({
        features,
        labels: labels.map((k) => (k + 1) % 3),
      });
      const before = rowsOf(await relate({ train, val, classes: 3 }));
      const after = rowsOf(await relate({ train: shift(train), val: shift(val), classes: 3 }));
      before.forEach((row, k) => {
        assert.ok(worstError(at(after, (k + 1) % 3), row) < 1e-4);
      });
    });

    test('one class', async () => {
      const train = draw(cycle(8, 1), 3, 7);
      const relationship = await relate({ train, val: none(3), classes: 1 });
      const mean = [0, 1, 2].map(
        (j) => train.features.data.reduce((sum, q, i) => sum + (i % 3 === j ? q : 0), 0) / 8,
      );
      assert.ok(worstError(relationship.data, mean) < 1e-6);
    });
  });

describe('without validation images', () => {
  test('every fifth training image of a class takes their part', async () => {
    const images = draw(cycle(30, 3), 4, 8);
    const held = (i: number) => Math.floor(i / 3) % 5 === 4;
    const part = (wanted: (i: number) => boolean): LabelledFeatures => {
      const features = images.features.data.filter((_, i) => wanted(Math.floor(i / 4)));
      return {
        features: float32([features.length / 4, 4], features),
        labels: images.labels.filter((_, i) => wanted(i)),
      };
    };
    const expected = await learn.reverse({ train: part((i) => !held(i)), val: part(held), classes: 3 });
    assert.deepEqual(await learn.reverse({ train: images, val: none(4), classes: 3 }), expected);
  });

  test('where every class has less than five images, all do', async () => {
    const images = draw(cycle(12, 3), 4, 9);
    const expected = await learn.reverse({ train: images, val: images, classes: 3 });
    assert.deepEqual(await learn.reverse({ train: images, val: none(4), classes: 3 }), expected);
  });
});

test('reports its progress, and stops on request', async () => {
  const predictions = { train: draw(cycle(12, 3), 4, 10), val: none(4), classes: 3 };
  const reported: string[] = [];
  await reverseRelationship(predictions, compile, (done, total) => reported.push(`${done}/${total}`));
  // At every evaluation of the 17 fits and of the last one.
  assert.deepEqual([reported[0], reported.at(-1), new Set(reported).size], ['0/18', '18/18', 19]);
  await assert.rejects(
    reverseRelationship(predictions, compile, () => {
      throw new Error('stopped');
    }),
    /stopped/,
  );
});

test('a class that shares its source classes with others is not taken for a class without images', async () => {
  const kinds = [
    [0.94, 0.02, 0.02, 0.02],
    [0.02, 0.94, 0.02, 0.02],
    [0.48, 0.48, 0.02, 0.02],
    [0.02, 0.02, 0.48, 0.48],
  ];
  const clear = (perClass: number): LabelledFeatures => {
    const labels = cycle(4 * perClass, 4);
    return {
      features: float32(
        [labels.length, 4],
        labels.flatMap((label) => at(kinds, label)),
      ),
      labels: Int32Array.from(labels),
    };
  };
  const relationship = await reverseRelationship({ train: clear(20), val: clear(3), classes: 4 }, compile);
  assertDistributions(relationship);
  const [q0 = 0, q1 = 0, q2 = 0, q3 = 0] = at(rowsOf(relationship), 2);
  assert.ok(q0 + q1 > 0.9 && q2 + q3 < 0.1, `${[q0, q1, q2, q3]}`);
});
