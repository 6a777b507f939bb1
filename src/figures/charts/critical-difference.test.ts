import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { marksOf } from '../../../test/helpers/svg-marks.js';
import { criticalDifferenceDiagram, groupsOf } from './critical-difference.js';

test('bars join the longest stretches of ranks that are not told apart', () => {
  assert.deepEqual(groupsOf([1, 2, 3, 4], 1), [
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  assert.deepEqual(groupsOf([1, 1.5, 2, 4], 1), [[0, 2]]);
  assert.deepEqual(groupsOf([1, 3], 1), []);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1, max: 9, noNaN: true })),
      fc.double({ min: 0, max: 5 }),
      (some, d) => {
        const ranks = [...some].sort((a, b) => a - b);
        const groups = groupsOf(ranks, d);
        for (const [i, a] of ranks.entries())
          for (const [j, b] of ranks.entries()) {
            if (i >= j) continue;
            const joined = groups.some(([from, to]) => from <= i && j <= to);
            assert.equal(joined, b - a <= d, `${ranks} ${d} ${i} ${j}`);
          }
      },
    ),
  );
});

test('the diagram names every method with its rank, and draws a bar for each group', async () => {
  const ranks = [
    { name: 'bss', rank: 2.5 },
    { name: 'adarand', rank: 1 },
    { name: 'fine-tuning', rank: 2.75 },
  ];
  const marks = marksOf(await criticalDifferenceDiagram({ ranks, critical: 1.25 }));
  for (const text of ['adarand  1.00', 'bss  2.50', 'fine-tuning  2.75', 'critical difference 1.25'])
    assert.ok(marks.texts.includes(text), `${text} in ${marks.texts}`);
  const widths = marks.attributes('rule', 'stroke-width');
  assert.equal(widths.filter((width) => width === '4').length, 1);
});
