import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adarand, jsonLines } from '../../test/helpers/cli.js';
import { methods } from '../methods/index.js';
import { optimizers } from '../optimizers/index.js';
import { schedules } from '../optimizers/schedules.js';
import { augmentations } from '../run/options/augmentations.js';
import { createProgram } from './program.js';

test('the help of train names every choice that there is', () => {
  const help =
    createProgram()
      .commands.find((command) => command.name() === 'train')
      ?.helpInformation() ?? '';
  const text = help.replaceAll(/\s+/g, ' ');
  for (const registry of [optimizers, schedules, augmentations])
    for (const name of Object.keys(registry)) assert.ok(text.includes(name), `${name} is not in the help`);
});

test('methods lists all of them, and explains one', async () => {
  const listed = await adarand('.', 'methods');
  assert.equal(listed.code, 0);
  for (const name of Object.keys(methods)) assert.ok(listed.stdout.includes(name), name);
  const { stdout } = await adarand('.', 'methods', 'adarand');
  assert.match(stdout, /arXiv 2403\.10097/);
  assert.match(stdout, /alpha +number +0\.5 +share of the past/);
  const unknown = await adarand('.', 'methods', 'adarant');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /Did you mean "adarand"\?/);
});

test('doctor tries every device and never fails', async () => {
  const { code, stdout } = await adarand('.', 'doctor', '--json');
  assert.equal(code, 0);
  const [machine, ...devices] = jsonLines(stdout);
  assert.equal(machine?.node, process.versions.node);
  assert.deepEqual(
    devices.map(({ device }) => device),
    ['cpu', 'wasm', 'webgpu', 'cuda'],
  );
  assert.equal(devices[0]?.works, true);
  for (const { works, found, remedy } of devices)
    assert.ok(works === true || (found !== '' && remedy !== ''));
});

test('usage mistakes end with code 2, help with 0', async () => {
  assert.equal((await adarand('.', '--help')).code, 0);
  assert.equal((await adarand('.', '--version')).code, 0);
  assert.equal((await adarand('.', 'trian')).code, 2);
  assert.equal((await adarand('.', 'predict', 'run')).code, 2);
});
