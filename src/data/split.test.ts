import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LabelledImage } from './image.js';
import { cutSplits, takeFraction } from './split.js';

function imagesOf(sizes: readonly number[]): LabelledImage[] {
  return sizes.flatMap((size, label) =>
    Array.from(
      { length: size },
      (_, i): LabelledImage => ({ image: { kind: 'file', path: `${label}/${i}` }, label }),
    ),
  );
}

const countIn = (images: readonly LabelledImage[], label: number) =>
  images.filter((i) => i.label === label).length;
const classSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 6 });

test('cut splits are a stratified partition, at least one per class where there are enough images', () => {
  fc.assert(
    fc.property(classSizes, fc.nat(), (sizes, seed) => {
      const train = imagesOf(sizes);
      const cut = cutSplits({ train }, sizes.length, { seed });
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
  const first = cutSplits({ train }, 2, { seed: 1 });
  assert.deepEqual(cutSplits({ train }, 2, { seed: 1 }), first);
  assert.notDeepEqual(cutSplits({ train }, 2, { seed: 2 }).val, first.val);
  const test = imagesOf([3, 3]);
  const kept = cutSplits({ train, test }, 2, { seed: 1, testFraction: 0.9 });
  assert.equal(kept.test, test);
  assert.equal(kept.train.length, 45);
  assert.deepEqual(cutSplits({ train, test, val: [] }, 2, { seed: 1 }).train, train);
});

test('training fractions are stratified and nested', () => {
  fc.assert(
    fc.property(classSizes, fc.nat(), (sizes, seed) => {
      const train = imagesOf(sizes);
      const part = (trainFraction: number) => takeFraction(train, sizes.length, { seed, trainFraction });
      const [small, large] = [part(0.15), part(0.5)];
      sizes.forEach((size, label) => {
        assert.equal(countIn(small, label), Math.max(1, Math.round(0.15 * size)));
      });
      assert.ok(small.every((image) => large.includes(image)));
      assert.equal(part(1), train);
    }),
  );
});

test('impossible fractions are refused', () => {
  const train = imagesOf([9, 9]);
  const refused = { code: 'data.fraction' };
  assert.throws(() => cutSplits({ train }, 2, { seed: 1, valFraction: 0.5, testFraction: 0.5 }), refused);
  assert.throws(() => cutSplits({ train }, 2, { seed: 1, valFraction: Number.NaN }), refused);
  assert.throws(() => takeFraction(train, 2, { seed: 1, trainFraction: 0 }), refused);
});
