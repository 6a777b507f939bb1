import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marksOf } from '../../../../../test/helpers/svg-marks.js';
import { confusionSection } from './confusion-section.js';

async function markupOf(
  K: number,
  mistakes: readonly (readonly [truth: number, answer: number, images: number])[],
) {
  const counts = new Int32Array(K * K);
  for (let k = 0; k < K; k++) counts[k * K + k] = 5;
  for (const [truth, answer, images] of mistakes) counts[truth * K + answer] = images;
  const classes = Array.from({ length: K }, (_, k) => `class ${k}`);
  const accuracy = { images: 5 * K, accuracy: 1, interval: [0, 1] } as const;
  return (await confusionSection({ split: 'test', model: { head: { classes } } }, { counts, accuracy }))
    .markup;
}

test('the pairs that are mistaken most often are listed', async () => {
  const markup = await markupOf(4, [
    [0, 1, 2],
    [3, 2, 4],
  ]);
  const pairs = Array.from(markup.matchAll(/<li>(\d+) × <b>([^<]*)<\/b> taken for <b>([^<]*)</g), (pair) =>
    pair.slice(1),
  );
  assert.deepEqual(pairs, [
    ['4', 'class 3', 'class 2'],
    ['2', 'class 0', 'class 1'],
  ]);
  assert.match(await markupOf(4, []), /No answer is wrong/);
});

test('of very many classes, those with mistakes are drawn', async () => {
  const markup = await markupOf(300, [
    [7, 291, 1],
    [150, 7, 1],
  ]);
  assert.match(markup, /Of 300 classes, the 120 with the most mistakes\./);
  const { texts } = marksOf(markup);
  const drawn = new Set(texts.filter((text) => text.startsWith('class ')));
  assert.equal(drawn.size, 120);
  for (const k of [7, 150, 291]) assert.ok(drawn.has(`class ${k}`));
});
