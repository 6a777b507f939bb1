import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands/index.js';
import { createProgram } from '../../src/cli/program.js';
import { optionsPage } from './options-page.js';

const page = await optionsPage();
const sections = page.split(/^## /m);
const common = sections.filter((section) => section.startsWith('Every command'));

/** The parts about a command; that of `train --resume` is one about `train`. */
const about = (name: string) =>
  sections.filter((section) => new RegExp(`^\`adarand ${name}\\b`).test(section));

for (const { name } of commands)
  test(`${name}: every option that its help has is in the document`, async () => {
    const program = await createProgram([name]);
    const command = program.commands.find((each) => each.name() === name);
    assert.ok(command !== undefined);
    const help = command.createHelp();
    const text = [...about(name), ...common].join('\n');
    assert.ok(about(name).length > 0);
    for (const { long, flags } of help.visibleOptions(command)) {
      assert.ok(long != null);
      assert.match(text, new RegExp(`\`(?:[^\`]*[ ,])?${long}\\b[^\`]*\``), flags);
    }
    for (const { description } of command.registeredArguments) assert.ok(text.includes(description));
  });

test('the options of the whole program, too', async () => {
  const program = await createProgram([]);
  for (const { long, flags } of program.createHelp().visibleOptions(program))
    assert.ok(common.join('').includes(long ?? flags), flags);
});

test('names of the library stand beside the flags, and only where it takes them', () => {
  assert.match(page, /\| `learningRate` \| `--lr, --learning-rate X` \|/);
  assert.match(page, /\| {2}\| `--profile` \|/);
  assert.match(page, /\| `resume` \| `--resume SEARCH` \|/);
  assert.match(page, /\| `diagnostics` \| `--no-diagnostics` \| true \|/);
});
