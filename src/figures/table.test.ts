import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth, formatSpread, formatTable } from './table.js';

const columns = [{ title: 'method' }, { title: 'accuracy' }, { title: '備考' }];
const rows = [
  ['Fine-tuning', '93.10 ± 0.20 (n=3)', '犬'],
  ['AdaRand', 9.5, '猫と犬 a|b'],
  ['none', undefined, null],
];

test('a table for the terminal', () => {
  assert.equal(
    formatTable(columns, rows),
    `method                 accuracy  備考
───────────  ──────────────────  ──────────
Fine-tuning  93.10 ± 0.20 (n=3)  犬
AdaRand                     9.5  猫と犬 a|b
none`,
  );
});

test('a table in Markdown', () => {
  assert.equal(
    formatTable(columns, rows, 'markdown'),
    `| method      |           accuracy | 備考        |
| ----------- | -----------------: | ----------- |
| Fine-tuning | 93.10 ± 0.20 (n=3) | 犬          |
| AdaRand     |                9.5 | 猫と犬 a\\|b |
| none        |                    |             |`,
  );
});

test('lines of a cell are joined, and alignment can be given', () => {
  const table = formatTable(
    [{ title: 'a', align: 'right' }, { title: 'b' }],
    [
      ['x\ny', '1st'],
      ['', '2nd'],
    ],
  );
  assert.equal(table, '  a  b\n───  ───\nx y  1st\n     2nd');
});

test('display width counts as terminals do', () => {
  for (const [text, width] of [
    ['abc', 3],
    ['日本語', 6],
    ['ｶﾅ', 2],
    ['カナ', 4],
    ['한국', 4],
    ['e\u0301', 1],
    ['🐕', 2],
    ['±', 1],
    ['！', 2],
  ] as const) {
    assert.equal(displayWidth(text), width, text);
  }
});

test('a spread is printed where there is one', () => {
  assert.equal(formatSpread({ mean: 93.118, std: 0.209, n: 3 }), '93.12 ± 0.21 (n=3)');
  assert.equal(formatSpread({ mean: 93.118, std: NaN, n: 1 }, 1), '93.1 (n=1)');
  assert.equal(formatSpread({ mean: 93.118, std: 0.209, n: 3 }, 1, false), '93.1 ± 0.2');
});
