import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { test } from 'node:test';
import { generatedDocs } from './generated.js';
import { markdownTable } from './markdown.js';

for (const { path, text } of await generatedDocs())
  test(`${basename(path)} is what the code says; if not, \`npm run docs\``, async () => {
    assert.equal(await readFile(path, 'utf8'), text);
  });

test('a bar in a cell does not end the cell', () => {
  assert.equal(markdownTable(['a', 'b'], [['x | y', 'z']]), '| a | b |\n| --- | --- |\n| x \\| y | z |');
});
