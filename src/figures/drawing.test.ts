import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { colorOf } from './palette.js';
import { strokeTexts, textWidth } from './stroke-font.js';
import { svg, text } from './svg.js';
import { niceTicks, rangeOf, tickLabels } from './ticks.js';

test('ticks are round, within the range, and not too few', () => {
  assert.deepEqual(niceTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(niceTicks(-0.3, 0.3, 6), [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
  assert.deepEqual(niceTicks(85.2, 93.9, 4), [86, 88, 90, 92]);
  assert.deepEqual(tickLabels([-0.5, 0, 0.25]), ['−0.50', '0.00', '0.25']);
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.integer({ min: 2, max: 12 }),
      (low, span, count) => {
        const ticks = niceTicks(low, low + span, count);
        assert.ok(ticks.length >= 1 && ticks.length <= 2 * count + 1, `${ticks.length} ticks for ${count}`);
        for (const tick of ticks) assert.ok(tick >= low - 1e-6 * span && tick <= low + span * (1 + 1e-6));
        assert.equal(new Set(tickLabels(ticks)).size, ticks.length);
      },
    ),
  );
});

test('a range ignores what is not finite and is never empty', () => {
  assert.deepEqual(rangeOf([3, NaN, 1, Infinity], 0.5), [0, 4]);
  assert.deepEqual(rangeOf([], 0), [0, 1]);
  for (const value of [0, 5, -5]) {
    const [low, high] = rangeOf([value], 0);
    assert.ok(low < value && value < high);
  }
});

test('a hundred classes have a hundred colours', () => {
  const colors = Array.from({ length: 100 }, (_, i) => colorOf(i));
  for (const color of colors) assert.match(color, /^#[0-9a-f]{6}$/);
  assert.equal(new Set(colors).size, 100);
});

test('strokes replace every text and draw every printable ASCII character differently', () => {
  const picture = svg(100, 50, text(50, 20, 'a<b & "é" 犬 ±', { anchor: 'middle', rotate: -90, bold: true }));
  const strokes = strokeTexts(picture);
  assert.doesNotMatch(strokes, /<text/);
  assert.match(
    strokes,
    /transform="rotate\(-90 50 20\) translate\(50 20\) scale\(0\.6\) translate\(-[\d.]+ 0\)"/,
  );
  const drawings = Array.from({ length: 94 }, (_, i) => strokeTexts(text(0, 0, String.fromCharCode(33 + i))));
  for (const drawing of drawings) assert.match(drawing, /<path d="M/);
  assert.equal(new Set(drawings).size, 94);
});

test('widths grow with size and length', () => {
  assert.equal(textWidth('', 12), 0);
  assert.ok(textWidth('WW', 12) > textWidth('ii', 12));
  assert.ok(Math.abs(textWidth('abc', 24) - 2 * textWidth('abc', 12)) < 1e-9);
});
