import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DatasetImage } from './image.js';
import { cutSplits, takeFraction } from './split.js';

function imageOf(name: string, label: number, digest = name): DatasetImage {
  return { image: { kind: 'file', path: name }, name, label, digest };
}

function imagesOf(sizes: readonly number[]): DatasetImage[] {
  return sizes.flatMap((size, label) =>
    Array.from({ length: size }, (_, i) => imageOf(`${label}/${i}`, label)),
  );
}

/** No pictures are near-equal. */
const alone = { groupOf: new Map<string, string>() };

const countIn = (images: readonly DatasetImage[], label: number) =>
  images.filter((i) => i.label === label).length;
const classSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 6 });

test('cut splits are a stratified partition, at least one per class where there are enough images', () => {
  fc.assert(
    fc.property(classSizes, fc.nat(), (sizes, seed) => {
      const train = imagesOf(sizes);
      const cut = cutSplits({ train }, alone, sizes.length, { seed });
      const all = [...cut.train, ...cut.val, ...cut.test];
      assert.equal(all.length, train.length);
      assert.deepEqual(new Set(all), new Set(train));
      sizes.forEach((size, label) => {
        assert.ok(countIn(cut.train, label) >= 1);
        assert.equal(countIn(cut.test, label), size < 2 ? 0 : Math.max(1, Math.round(0.2 * size)));
        assert.equal(countIn(cut.val, label), size < 3 ? 0 : Math.max(1, Math.round(0.1 * size)));
      });
    }),
  );
});

test('a split is decided by the seed alone, and what exists is not cut', () => {
  const train = imagesOf([30, 20]);
  const first = cutSplits({ train }, alone, 2, { seed: 1 });
  assert.deepEqual(cutSplits({ train }, alone, 2, { seed: 1 }), first);
  assert.notDeepEqual(cutSplits({ train }, alone, 2, { seed: 2 }).val, first.val);
  const test = imagesOf([3, 3]);
  const kept = cutSplits({ train, test }, alone, 2, { seed: 1, testFraction: 0.9 });
  assert.equal(kept.test, test);
  assert.equal(kept.train.length, 45);
  assert.deepEqual(cutSplits({ train, test, val: [] }, alone, 2, { seed: 1 }).train, train);
});

test('training fractions are stratified and nested', () => {
  fc.assert(
    fc.property(classSizes, fc.nat(), (sizes, seed) => {
      const train = imagesOf(sizes);
      const part = (trainFraction: number) =>
        takeFraction(train, sizes.length, { seed, trainFraction }).taken;
      const [small, large] = [part(0.15), part(0.5)];
      sizes.forEach((size, label) => {
        assert.equal(countIn(small, label), Math.max(1, Math.round(0.15 * size)));
      });
      assert.ok(small.every((image) => large.includes(image)));
      assert.equal(part(1), train);
    }),
  );
});

test('folds of the validation images are disjoint, and beside the same test images', () => {
  fc.assert(
    fc.property(classSizes, fc.nat(), (sizes, seed) => {
      const train = imagesOf(sizes.map((size) => size + 5));
      const cut = (valFold: number) =>
        cutSplits({ train }, alone, sizes.length, { seed, valFold, valFraction: 0.2 });
      const folds = [0, 1, 2].map(cut);
      assert.deepEqual(cut(0), cutSplits({ train }, alone, sizes.length, { seed, valFraction: 0.2 }));
      assert.equal(
        new Set(folds.flatMap(({ val }) => val)).size,
        folds.reduce((sum, { val }) => sum + val.length, 0),
      );
      for (const { test, val } of folds) {
        assert.deepEqual(test, cut(0).test);
        assert.equal(val.length, cut(0).val.length);
      }
      const { folds: count } = cut(0);
      assert.ok(count >= 3);
      assert.equal(cut(count - 1).val.length, cut(0).val.length);
      assert.throws(() => cut(count), { code: 'data.fold' });
    }),
  );
});

test('impossible fractions are refused', () => {
  const train = imagesOf([9, 9]);
  const refused = { code: 'data.fraction' };
  assert.throws(
    () => cutSplits({ train }, alone, 2, { seed: 1, valFraction: 0.5, testFraction: 0.5 }),
    refused,
  );
  assert.throws(() => cutSplits({ train }, alone, 2, { seed: 1, valFraction: Number.NaN }), refused);
  assert.throws(() => takeFraction(train, 2, { seed: 1, trainFraction: 0 }), refused);
});

test('splits without copies are those of earlier versions', () => {
  const train = imagesOf([12, 9]);
  const names = (images: readonly DatasetImage[]) => images.map(({ name }) => name);
  const cut = cutSplits({ train }, alone, 2, { seed: 5 });
  assert.deepEqual(names(cut.val), ['0/11', '1/2']);
  assert.deepEqual(names(cut.test), ['0/4', '0/10', '1/0', '1/8']);
});

test('copies go to one split, and every class keeps a picture', () => {
  const copied = fc.array(fc.record({ label: fc.nat(2), picture: fc.nat(12) }), { maxLength: 40 });
  fc.assert(
    fc.property(copied, fc.nat(), (files, seed) => {
      const train = [...[0, 1, 2].map((label) => ({ label, picture: label })), ...files].map(
        ({ label, picture }, i) => imageOf(String(i), label, String(picture)),
      );
      const cut = cutSplits({ train }, alone, 3, { seed });
      const digests = [cut.train, cut.val, cut.test].map(
        (images) => new Set(images.map(({ digest }) => digest)),
      );
      assert.equal(cut.train.length + cut.val.length + cut.test.length, train.length);
      assert.equal(
        digests.reduce((sum, { size }) => sum + size, 0),
        new Set(digests.flatMap((some) => [...some])).size,
      );
      for (let label = 0; label < 3; label++) assert.ok(countIn(cut.train, label) >= 1);
    }),
  );
});
