import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Random } from '../random.js';
import { barChart } from './bar-chart.js';
import { lineChart } from './line-chart.js';
import { type ScatterPanel, scatterPanels } from './scatter-panels.js';

/** Compares a picture with its committed golden, as text. */
function matchesGolden(name: string, picture: string): void {
  const path = join('test/golden/figures', `${name}.svg`);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync('test/golden/figures', { recursive: true });
    writeFileSync(path, picture);
  }
  const advice = `${path} differs: look at the change, and if it is wanted run the tests with UPDATE_GOLDEN=1`;
  assert.ok(picture === readFileSync(path, 'utf8'), advice);
}

/** Blobs whose centres are `separation` apart; rounded, so that no machine's `Math` shows. */
function blobs(title: string, classes: number, n: number, separation: number): ScatterPanel {
  const random = new Random(1, 'test');
  const points: number[] = [];
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  for (const label of labels) {
    const angle = (2 * Math.PI * label) / classes;
    points.push(
      separation * Math.cos(angle) + random.normal(),
      separation * Math.sin(angle) + random.normal(),
    );
  }
  return { title, points: points.map((value) => Math.round(value * 1000) / 1000), labels };
}

test('scatter panels', () => {
  const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
  const panels = [
    { ...blobs('Fine-tuning', 10, 120, 3), accuracy: 0.9123 },
    { ...blobs('AdaRand', 10, 120, 9), accuracy: 0.934 },
  ];
  matchesGolden('scatter-two', scatterPanels({ panels, classes }));
});

test('scatter of many classes, with names that need escaping', () => {
  const classes = Array.from({ length: 26 }, (_, i) => (i === 3 ? '<犬> & "猫"' : `class ${i}`));
  matchesGolden(
    'scatter-many',
    scatterPanels({ panels: [blobs('26 classes', 26, 78, 20)], classes, side: 420 }),
  );
});

test('one scale for both axes of a panel', () => {
  // Three points 10 apart in x and 4 in y: drawn in the same proportion.
  const panels = [{ title: '', points: [0, 0, 10, 0, 0, 4], labels: [0, 1, 2] }];
  const picture = scatterPanels({ panels, classes: ['a', 'b', 'c'] });
  const [a, b, c] = [...picture.matchAll(/M([\d.]+) ([\d.]+)h0/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  assert.ok(a && b && c);
  assert.ok(Math.abs((b[0] - a[0]) / 10 - (a[1] - c[1]) / 4) < 0.01);
});

test('line chart with bands, a gap and a lone point', () => {
  const x = Array.from({ length: 20 }, (_, i) => i + 1);
  const series = ['Fine-tuning', 'FNP', 'AdaRand'].map((name, s) => ({
    name,
    x,
    y: x.map((epoch) => Math.round((80 + 5 * s) * (epoch / (epoch + 3 - s)) * 100) / 100),
    spread: x.map((epoch) => Math.round(900 / (epoch + 1) + 150) / 100),
  }));
  const gap = { name: 'interrupted', x: [2, 4, 6, 8, 10], y: [40, 42, NaN, 50, Infinity] };
  const chart = { series: [...series, gap], title: 'Training', xLabel: 'epoch', yLabel: 'test accuracy (%)' };
  const picture = lineChart(chart);
  assert.doesNotMatch(picture, /NaN|Infinity|undefined/);
  matchesGolden('line-bands', picture);
});

test('bar chart with whiskers and seeds', () => {
  const bars = [
    { name: 'Fine-tuning', values: [86.1, 85.2, 86.9] },
    { name: 'AdaRand', values: [89.4, 90.1, 89.2], color: 2 },
    { name: '自前の手法', values: [81.4] },
  ];
  const picture = barChart({
    bars,
    label: 'test accuracy (%)',
    title: 'Grocery',
    order: 'descending',
    range: [70, 95],
  });
  assert.ok(picture.indexOf('AdaRand') < picture.indexOf('Fine-tuning'));
  assert.match(picture, /86\.1 ± 0\.9/); // mean 86.07, sample standard deviation 0.85
  matchesGolden('bar-seeds', picture);
  assert.match(barChart({ bars, label: 'x' }), />0<\/text>/);
});

test('pictures of nothing are still pictures', () => {
  for (const picture of [
    scatterPanels({ panels: [{ title: 'empty', points: [], labels: [] }], classes: [] }),
    lineChart({ series: [], xLabel: 'x', yLabel: 'y' }),
    lineChart({ series: [{ name: 'one', x: [3], y: [5] }], xLabel: 'x', yLabel: 'y' }),
    barChart({ bars: [], label: 'x' }),
    barChart({ bars: [{ name: 'zero', values: [0, 0] }], label: 'x' }),
  ]) {
    assert.doesNotMatch(picture, /NaN|Infinity|undefined/);
    assert.match(picture, /^<svg [^>]*>[\s\S]*<\/svg>\n$/);
  }
});
