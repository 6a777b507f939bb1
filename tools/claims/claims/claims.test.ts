import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageFolder } from '../../../src/package.js';
import { costTable, gainAt, inCostTable, inTable2 } from '../paper.js';
import { claims } from './index.js';

test('every claim has a file and is listed', () => {
  const files = readdirSync(join(packageFolder(), 'tools', 'claims', 'claims'));
  assert.equal(files.filter((name) => !/^index|\.test\.ts$/.test(name)).length, claims.length);
  assert.equal(new Set(claims.map(({ title }) => title)).size, claims.length);
});

for (const { title, paper, parts } of claims) {
  test(`${title}: the paper has a number for it`, () => {
    assert.match(paper, /\d.*\((Table|table|Figure)/);
    assert.ok(parts.length > 0);
    for (const part of parts) {
      assert.ok(part.needs.length > 0);
      const value = part.paperIn();
      // What the paper claims is there is above 0, and a cost is more than none.
      if (part.kind === 'difference') assert.ok(value > 0, part.title);
      else assert.ok(value < 0, part.title);
      assert.match(part.unit.text(value), /^[+×] ?\d/);
    }
  });
}

test('the tables of the paper agree where they are of the same runs', () => {
  assert.ok(Math.abs(gainAt(1) - 2.03) < 1e-9);
  assert.equal(costTable.adarand.accuracy, 91.17);
  assert.ok(Math.abs(inCostTable('adarand without l_intra').value - 0.36) < 1e-9);
  // Column means, added up apart from the rows.
  const sum = (...values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const adaRand = sum(91.17, 83.84, 89.54, 85.51, 88.23, 91.25, 87.4, 92.84);
  const plain = sum(89.14, 78.56, 87.35, 83.73, 86.98, 88.72, 83.56, 90.35);
  assert.ok(Math.abs(inTable2('adaRand', 'fineTuning').value - (adaRand - plain) / 8) < 1e-9);
  assert.match(inTable2('adaRand', 'bestRandReg').where, /8 networks, from 0\.47 to 1\.51/);
});
