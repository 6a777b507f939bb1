import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adarand, jsonLines } from '../../test/helpers/cli.js';
import { methods } from '../methods/index.js';
import { flagName } from '../run/options/flag-name.js';
import { renamedOptions } from '../run/options/renamed-options.js';
import { commands } from './commands/index.js';

test('the help names every command, and of each its options', async () => {
  const help = await adarand('.', '--help');
  assert.equal(help.code, 0);
  for (const { name, summary } of commands) {
    assert.ok(help.stdout.includes(`  ${name} `), name);
    assert.ok(help.stdout.replaceAll(/\s+/g, ' ').includes(summary), summary);
    const [own, same] = await Promise.all([adarand('.', name, '--help'), adarand('.', 'help', name)]);
    assert.equal(own.code, 0);
    assert.match(own.stdout, new RegExp(`^Usage: adarand ${name} `));
    assert.equal(same.stdout, own.stdout);
  }
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
  const [machine, sharp, ...rest] = jsonLines(stdout);
  const devices = rest.filter(({ type }) => type === 'device');
  assert.deepEqual(
    rest.slice(devices.length).map(({ type }) => type),
    ['cuda'],
  );
  assert.equal(machine?.node, process.versions.node);
  assert.deepEqual([sharp?.type, sharp?.library, sharp?.works], ['library', 'sharp', true]);
  assert.deepEqual(
    devices.map(({ device }) => device),
    ['cpu', 'wasm', 'webgpu', 'cuda'],
  );
  assert.equal(devices[0]?.works, true);
  for (const { works, found, remedy } of devices)
    assert.ok(works === true || (found !== '' && remedy !== ''));
});

describe('usage mistakes end with code 2 and a hint, and with --json also with a line of JSON', () => {
  const refuses = async (args: readonly string[], message: RegExp, hint: string) => {
    const plain = await adarand('.', ...args);
    assert.equal(plain.code, 2);
    assert.match(plain.stderr, message);
    assert.ok(plain.stderr.endsWith(`hint: ${hint}\n`), plain.stderr);
    assert.equal(plain.stdout, '');
    const asJson = await adarand('.', ...args, '--json');
    assert.equal(asJson.code, 2);
    const [error, ...more] = jsonLines(asJson.stdout);
    assert.deepEqual(more, []);
    assert.equal(error?.type, 'error');
    assert.equal(error?.code, 'cli.usage');
    assert.match(String(error?.message), message);
    assert.equal(error?.hint, hint);
  };

  test('an unknown command', () =>
    refuses(['trian'], /unknown command 'trian'\n *\(Did you mean train\?\)/, 'See `adarand --help`.'));
  test('an unknown flag', () =>
    refuses(['train', 'd', '--epoch', '3'], /unknown option '--epoch'/, 'See `adarand train --help`.'));
  test('an argument that is missing', () =>
    refuses(['predict', 'run'], /missing required argument 'image'/, 'See `adarand predict --help`.'));
  test('a value that is missing', async () => {
    const { code, stdout } = await adarand('.', 'train', 'd', '--json', '--epochs');
    assert.equal(code, 2);
    assert.match(String(jsonLines(stdout)[0]?.message), /option '--epochs <n>' argument missing/);
  });
  for (const [before, now] of renamedOptions)
    test(`the former flag --${flagName(before)}`, () =>
      refuses(
        ['train', 'd', `--${flagName(before)}`, 'x'],
        new RegExp(`there is no --${flagName(before)} any more`),
        `Use --${now === 'methodOptions' ? 'option' : flagName(now)}.`,
      ));
});

test('without a command there is the help, and code 2', async () => {
  const { code, stderr } = await adarand('.');
  assert.equal(code, 2);
  assert.match(stderr, /^Usage: adarand/);
  assert.equal((await adarand('.', '--version')).code, 0);
});
