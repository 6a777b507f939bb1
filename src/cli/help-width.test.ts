import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { typed } from '../../test/helpers/cli.js';
import { helpWidth, narrowHelp } from './help-width.js';

test('the width is that of COLUMNS, of the terminal, or 80', () => {
  const terminal = { isTTY: true, columns: 52 };
  assert.equal(helpWidth({ COLUMNS: '40' }, terminal), 40);
  assert.equal(helpWidth({ COLUMNS: 'wide' }, terminal), 52);
  assert.equal(helpWidth({}, { ...terminal, isTTY: false }), 80);
  assert.equal(helpWidth({ COLUMNS: '3' }, terminal), 30);
});

test('in 40 columns, descriptions are wrapped below what they describe', () => {
  const help = new Command('x')
    .configureOutput({ getOutHelpWidth: () => 40 })
    .configureHelp(narrowHelp(40))
    .option('--long-name-of-an-option <value>', 'Says a great deal more than fits into one line of forty.')
    .helpInformation();
  assert.match(
    help,
    /\n {2}--long-name-of-an-option <value>\n {6}Says a great deal more than fits\n {6}into/,
  );
});

test('the help of every command respects it', { skip: process.platform === 'win32' && 'no sh' }, async () => {
  for (const words of ['--help', 'train --help', 'tune --help']) {
    const { stdout } = await typed('.', `COLUMNS=40 adarand ${words}`);
    const lines = stdout.split('\n');
    // A term, the usage and an example stay whole.
    const text = lines.filter((line) => /^ {6}|^[a-z]/.test(line) && line.trim().includes(' '));
    assert.ok(text.length > 20);
    assert.deepEqual(
      text.filter((line) => line.length > 40),
      [],
    );
  }
});
