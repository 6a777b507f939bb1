import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marksOf } from '../../../test/helpers/svg-marks.js';
import { at } from '../../errors.js';
import { APPEARANCES, colorOf, rightColor, wrongColor } from '../palette.js';
import { accuracyChart } from './accuracy-chart.js';
import { confusionMatrix } from './confusion-matrix.js';
import { dotChart } from './dot-chart.js';
import { lineChart } from './line-chart.js';
import { reliabilityDiagram } from './reliability-diagram.js';
import { scatterPanels } from './scatter-panels.js';

/** Where symbols are. */
function places(svg: string): (readonly [x: number, y: number])[] {
  return marksOf(svg)
    .attributes('symbol', 'transform')
    .map((transform) => {
      const [, x, y] = /translate\(([-\d.e]+),([-\d.e]+)\)/.exec(transform) ?? assert.fail(transform);
      return [Number(x), Number(y)];
    });
}

test('lines have a dot for each finite value, break where there is none, and marks have names', async () => {
  const svg = await lineChart({
    series: [
      { name: 'training', x: [1, 2, 3, 4], y: [4, 2, Number.NaN, 1] },
      { name: 'validation', x: [0, 1, 2, 3, 4], y: [5, 4, 3, 2, 2] },
    ],
    marks: [{ x: 4, name: 'kept' }],
    xLabel: 'epoch',
    yLabel: 'loss',
  });
  const marks = marksOf(svg);
  assert.equal(marks.count('symbol'), 3 + 5);
  assert.equal(marks.count('rule'), 1);
  assert.deepEqual(marks.attributes('line', 'stroke'), [colorOf(0), colorOf(1)]);
  const [training = ''] = marks.attributes('line', 'd');
  assert.equal(training.match(/M/g)?.length, 2, 'two pieces');
  for (const text of ['epoch', 'loss', 'training', 'validation', 'kept', '0', '4'])
    assert.ok(marks.texts.includes(text), `${text} in ${marks.texts}`);
  assert.ok(!marks.texts.includes('0.5'), 'epochs are whole');
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
});

test('the spread of a line is a band of twice its height', async () => {
  const x = [0, 10];
  const svg = await lineChart({
    series: [{ name: 'a', x, y: [50, 50], spread: [10, 10] }],
    xLabel: 'x',
    yLabel: 'y',
    height: 200,
  });
  const [band = ''] = marksOf(svg).attributes('area', 'd');
  const heights = Array.from(band.matchAll(/,([\d.]+)/g), ([, y]) => Number(y));
  const [line = ''] = marksOf(svg).attributes('line', 'd');
  const [, middle] = /,([\d.]+)/.exec(line) ?? assert.fail(line);
  const [high, low] = [Math.min(...heights), Math.max(...heights)];
  assert.ok(Math.abs((high + low) / 2 - Number(middle)) < 0.1, `${high} and ${low} around ${middle}`);
  assert.ok(low - high > 100);
});

test('a mark for each mean; whiskers, and dots for seeds below them where there are several', async () => {
  const svg = await dotChart({
    rows: [
      { name: 'Fine-tuning', values: [70, 80, 90] },
      { name: '<自前>', values: [40], color: 2 },
    ],
    label: 'test accuracy (%)',
    width: 400,
  });
  const marks = marksOf(svg);
  assert.equal(marks.count('rule'), 1);
  assert.equal(marks.count('symbol'), 3);
  const [a, b, c] = places(svg).map(([x]) => x);
  assert.ok(
    a !== undefined && b !== undefined && c !== undefined && a < b && Math.abs(c - b - (b - a)) < 0.1,
  );
  // The middle of the first row is 15 below its top, and a mark 14 high.
  for (const [, y] of places(svg)) assert.ok(y > 22 && y < 30, `${y}`);
  for (const text of ['Fine-tuning', '&lt;自前&gt;', '80.0 ± 10.0', '40.0', 'test accuracy (%)'])
    assert.ok(marks.texts.includes(text), `${text} in ${marks.texts}`);
});

test('one scale for both axes of a panel, a colour and a shape for a class', async () => {
  // Three points 10 apart in x and 4 in y: drawn in the same proportion.
  const classes = Array.from({ length: 13 }, (_, i) =>
    i === 3 ? '<script>alert(1)</script> & "x"' : `class ${i}`,
  );
  const svg = await scatterPanels({
    panels: [{ title: 'one', accuracy: 0.9123, points: [0, 0, 10, 0, 0, 4], labels: [0, 1, 12] }],
    classes,
  });
  const marks = marksOf(svg);
  const fills = marks.attributes('symbol', 'fill');
  const where = new Map(
    places(svg).map((place, i) => [
      `${fills[i]} ${marks.attributes('symbol', 'd')[i]?.includes('A')}`,
      place,
    ]),
  );
  const [a, b, c] = [`${colorOf(0)} true`, `${colorOf(1)} true`, `${colorOf(12)} false`].map((key) =>
    where.get(key),
  );
  assert.ok(a && b && c, `${[...where.keys()]}`);
  assert.ok(Math.abs((b[0] - a[0]) / 10 - (a[1] - c[1]) / 4) < 0.01);
  for (const name of classes.map((name) =>
    name.replace(/[&<>]/g, (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt' }[c]};`),
  ))
    assert.ok(marks.texts.includes(name), `${name} in ${marks.texts}`);
  assert.ok(marks.texts.includes('test accuracy 91.23 %'));
  assert.doesNotMatch(svg, /<script/);
});

test('a hundred classes are all in the legend', async () => {
  const classes = Array.from({ length: APPEARANCES }, (_, i) => `class ${i}`);
  const { texts } = marksOf(
    await scatterPanels({ panels: [{ points: [0, 0], labels: [APPEARANCES - 1] }], classes }),
  );
  assert.deepEqual(new Set(texts.filter((text) => text.startsWith('class '))), new Set(classes));
});

test('classes that would look like others have no legend', async () => {
  const classes = Array.from({ length: APPEARANCES + 1 }, (_, i) => `class ${i}`);
  const { texts } = marksOf(await scatterPanels({ panels: [{ points: [0, 0], labels: [0] }], classes }));
  assert.ok(!texts.some((text) => text.startsWith('class ')));
});

test('a confusion matrix has a cell for each pair that occurs, with its number, and all names', async () => {
  const counts = [8, 2, 0, 0, 5, 0, 1, 0, 9];
  const svg = await confusionMatrix({ classes: ['a', 'b', 'c'], counts });
  const marks = marksOf(svg);
  assert.deepEqual(marks.attributes('rect', 'fill'), [
    rightColor,
    wrongColor,
    rightColor,
    wrongColor,
    rightColor,
  ]);
  assert.deepEqual(
    marks.texts.filter((text) => /^\d+$/.test(text)),
    ['8', '2', '5', '1', '9'],
  );
  const strengths = marks.attributes('rect', 'opacity').map(Number);
  assert.ok(at(strengths, 1) > at(strengths, 3), '2 of 10 is more than 1 of 10');
  assert.equal(at(strengths, 2), 1, 'all of a class');
});

test('a confusion matrix of many classes names every class twice, and has no numbers', async () => {
  const K = 50;
  const classes = Array.from({ length: K }, (_, i) => `class ${i}`);
  const counts = Array.from({ length: K * K }, (_, i) => (i % (K + 1) === 0 ? 3 : 0));
  const marks = marksOf(await confusionMatrix({ classes, counts }));
  assert.equal(marks.count('rect'), K);
  for (const name of classes) assert.equal(marks.texts.filter((text) => text === name).length, 2, name);
  assert.ok(!marks.texts.includes('3'));
});

test('a reliability diagram says what is missing to the probability, and what goes beyond it', async () => {
  const bin = { images: 10, low: 0, high: 0.5 };
  const svg = await reliabilityDiagram({
    title: 'before',
    bins: [
      { ...bin, confidence: 0.4, accuracy: 0.3 },
      { ...bin, low: 0.5, high: 1, confidence: 0.6, accuracy: 0.9 },
      { images: 0, low: 1, high: 1, confidence: Number.NaN, accuracy: Number.NaN },
    ],
  });
  const marks = marksOf(svg);
  assert.deepEqual(marks.attributes('rect', 'fill'), [
    ...[rightColor, rightColor],
    wrongColor,
    rightColor,
    ...['currentColor', 'currentColor'],
  ]);
  assert.doesNotMatch(svg, /NaN/);
});

test('accuracies have their intervals', async () => {
  const svg = await accuracyChart([
    { name: 'test', accuracy: 0.5, interval: [0.4, 0.6] },
    { name: 'validation', accuracy: 0.9, interval: [0.8, 1] },
  ]);
  const marks = marksOf(svg);
  assert.equal(marks.count('symbol'), 2);
  assert.equal(marks.count('rule'), 2);
  for (const text of ['test', 'validation', '100%', '40%']) assert.ok(marks.texts.includes(text), text);
});

test('pictures of nothing are still pictures', async () => {
  for (const picture of await Promise.all([
    scatterPanels({ panels: [{ title: 'empty', points: [], labels: [] }], classes: [] }),
    lineChart({ series: [], xLabel: 'x', yLabel: 'y' }),
    lineChart({ series: [{ name: 'one', x: [3], y: [5] }], xLabel: 'x', yLabel: 'y' }),
    dotChart({ rows: [], label: 'x' }),
    dotChart({ rows: [{ name: 'zero', values: [0, 0] }], label: 'x' }),
    confusionMatrix({ classes: ['a'], counts: [0] }),
    reliabilityDiagram({ title: '', bins: [] }),
  ])) {
    assert.doesNotMatch(picture, /NaN|Infinity|undefined/);
    assert.match(picture, /^<svg [^>]*>[\s\S]*<\/svg>$/);
  }
});
