import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { bundled } from '../../test/helpers/cli.js';

const main = bundled('cli/main');

test('output that finds no space ends with a message', {
  skip: !existsSync('/dev/full') && 'no /dev/full',
}, () => {
  for (const args of [['methods', '--json'], ['--help']]) {
    const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const;
    const { status, stderr } = spawnSync(process.execPath, [main, ...args], {
      stdio: [...stdio],
      encoding: 'utf8',
    });
    assert.equal(
      stderr,
      'error: No space left to write the output.\nhint: Free some space, or write to another disk.\n',
    );
    assert.equal(status, 2);
  }
});
