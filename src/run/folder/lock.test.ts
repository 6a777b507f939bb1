import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { acquireLock } from './lock.js';

describe('a lock', () => {
  let folder: string;
  let file: string;
  const stale = `999999999 ${hostname()}\n`;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'adarand-'));
    file = join(folder, '.lock');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('keeps others out while its process lives, or may live', async () => {
    for (const [holder, named] of [
      [`${process.ppid} ${hostname()}\n`, `process ${process.ppid} is working on this run`],
      ['12 another-machine\n', 'process 12 on another-machine is working on this run'],
      ['', 'another process is working on this run'],
    ] as const) {
      await writeFile(file, holder);
      assert.throws(() => acquireLock(file), { code: 'run.locked', message: named });
      assert.equal(await readFile(file, 'utf8'), holder, 'it is left as it is');
      assert.deepEqual(await readdir(folder), ['.lock']);
    }
  });

  test('of a process that is gone is taken over, and released without a trace', async () => {
    await writeFile(file, stale);
    const lock = acquireLock(file);
    assert.equal(await readFile(file, 'utf8'), `${process.pid} ${hostname()}\n`);
    lock.release();
    assert.deepEqual(await readdir(folder), []);
  });

  test('is not taken over while another process is doing that', async () => {
    await writeFile(file, stale);
    await writeFile(`${file}.takeover`, `${process.ppid} ${hostname()}\n`);
    assert.throws(() => acquireLock(file), { code: 'run.locked' });
    assert.equal(await readFile(file, 'utf8'), stale);
  });

  test('that many processes find stale at the same moment is taken by one of them', async () => {
    const contender = fileURLToPath(new URL('../../../test/helpers/lock-contender.js', import.meta.url));
    const processes = Array.from({ length: 8 }, () => fork(contender, [file]));
    try {
      await Promise.all(processes.map(next));
      for (let round = 0; round < 40; round++) {
        await writeFile(file, stale);
        const start = Date.now() + 5;
        const answers = await Promise.all(processes.map((child) => ask(child, { start })));
        assert.deepEqual(
          answers.filter((answer) => answer !== 'run.locked'),
          ['acquired'],
          `round ${round}`,
        );
        await Promise.all(processes.map((child) => ask(child, 'release')));
        assert.ok(!existsSync(file));
      }
    } finally {
      for (const child of processes) child.kill();
    }
  });
});

async function ask(child: ChildProcess, message: object | string): Promise<unknown> {
  const answer = next(child);
  child.send(message);
  return answer;
}

async function next(child: ChildProcess): Promise<unknown> {
  const [answer] = await once(child, 'message');
  return answer;
}
