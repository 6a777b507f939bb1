import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Block } from './block.js';

test('lines are drawn over those before, within the terminal', () => {
  let written = '';
  const output = {
    columns: 8,
    rows: 4,
    write(text: string) {
      written += text;
    },
  };
  const drawn = (lines: readonly string[]) => {
    written = '';
    block.show(lines);
    return written;
  };
  const block = new Block(output);
  assert.equal(drawn(['one', 'a long line']), '\r\u001b[Jone\na long \n');
  // Two lines up; of five, those that a screen of four rows keeps. A name steers no terminal.
  assert.equal(drawn(['1', '2\u001b[2J', '3', '4', '5']), '\r\u001b[2A\u001b[J1\n2\\u001b\n3\n');
  assert.equal(drawn(['end']), '\r\u001b[3A\u001b[Jend\n');
});
