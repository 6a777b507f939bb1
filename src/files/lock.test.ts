import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { acquireLock } from './lock.js';

const contender = fileURLToPath(new URL('../../test/helpers/lock-contender.js', import.meta.url));

const purpose = { code: 'run.locked', doing: 'working on this run' };
const noProc = !existsSync('/proc/self/stat') && 'no /proc';

describe('a lock', () => {
  let folder: string;
  let file: string;
  const stale = `999999999 ${hostname()}\n`;

  /** Where the process that takes this lock over announces itself. */
  const successorOf = (text: string) =>
    `${file}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}.successor`;

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
      assert.throws(() => acquireLock(file, purpose), { code: 'run.locked', message: named });
      assert.equal(await readFile(file, 'utf8'), holder, 'it is left as it is');
      assert.deepEqual(await readdir(folder), ['.lock']);
    }
  });

  test('of a process that is gone is taken over, and released without a trace', async () => {
    await writeFile(file, stale);
    const lock = acquireLock(file, purpose);
    assert.ok((await readFile(file, 'utf8')).startsWith(`${process.pid} ${hostname()} `));
    assert.deepEqual(await readdir(folder), ['.lock']);
    assert.throws(
      () => acquireLock(file, purpose),
      { code: 'run.locked' },
      'also against this process itself',
    );
    lock.release();
    assert.deepEqual(await readdir(folder), []);
  });

  test('is not taken over while another process is doing that', async () => {
    await writeFile(file, stale);
    await writeFile(successorOf(stale), `${process.ppid} ${hostname()}\n`);
    assert.throws(() => acquireLock(file, purpose), { code: 'run.locked' });
    assert.equal(await readFile(file, 'utf8'), stale);
  });

  test('is taken over where others were killed while they did, and what they left is removed', async () => {
    const second = `999999998 ${hostname()} 1 ab\n`;
    await writeFile(file, stale);
    await writeFile(successorOf(stale), second);
    await writeFile(successorOf(second), `999999997 ${hostname()} 1 cd\n`);
    await writeFile(`${file}.0123456789ab.claim`, stale);
    await writeFile(`${file}.takeover`, stale);
    const living = `${file}.ba9876543210.claim`;
    await writeFile(living, `${process.ppid} ${hostname()}\n`);
    const lock = acquireLock(file, purpose);
    assert.deepEqual(await readdir(folder), ['.lock', basename(living)]);
    lock.release();
    assert.deepEqual(await readdir(folder), [basename(living)]);
  });

  test('that was never written whole counts for a minute', async () => {
    await writeFile(file, '');
    const past = Date.now() / 1000 - 61;
    await utimes(file, past, past);
    acquireLock(file, purpose).release();
    assert.deepEqual(await readdir(folder), []);
  });

  test('is swept of what processes left that were killed before they wrote who they are', async () => {
    const claimOf = (line: string) => `${file}.${Buffer.from(line).toString('base64url')}.claim`;
    const living = claimOf(`${process.ppid} ${hostname()} - ab\n`);
    const elsewhere = claimOf('12 another-machine - ab\n');
    for (const claim of [claimOf(`999999999 ${hostname()} - ab\n`), living, elsewhere])
      await writeFile(claim, '');
    acquireLock(file, purpose).release();
    assert.deepEqual((await readdir(folder)).sort(), [basename(living), basename(elsewhere)].sort());
  });

  test('of a process whose number another one has by now is taken over', { skip: noProc }, async () => {
    const stat = await readFile(`/proc/${process.ppid}/stat`, 'utf8');
    const start = stat.slice(stat.lastIndexOf(')')).split(' ')[20];
    await writeFile(file, `${process.ppid} ${hostname()} ${start} ab\n`);
    assert.throws(() => acquireLock(file, purpose), { code: 'run.locked' });
    await writeFile(file, `${process.ppid} ${hostname()} 1${start} ab\n`);
    acquireLock(file, purpose).release();
  });

  test('of a zombie is taken over', { skip: noProc }, async () => {
    // The shell becomes a process that never asks about the one that it started.
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [output] = await once(parent.stdout, 'data');
      const pid = Number.parseInt(String(output), 10);
      const state = async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.[0];
      while ((await state()) !== 'Z') await new Promise((resolve) => setTimeout(resolve, 10));
      await writeFile(file, `${pid} ${hostname()}\n`);
      acquireLock(file, purpose).release();
    } finally {
      parent.kill();
    }
  });

  test('that is being taken over by a process that is killed can still be had', async () => {
    for (let round = 0; round < 12; round++) {
      await writeFile(file, stale);
      const child = fork(contender, [file]);
      await next(child);
      const start = Date.now() + 20;
      child.send({ start });
      while (Date.now() < start) {}
      await new Promise((resolve) => setTimeout(resolve, (round % 4) / 2));
      child.kill('SIGKILL');
      await once(child, 'exit');
      acquireLock(file, purpose).release();
      assert.deepEqual(await readdir(folder), []);
    }
  });

  test('that many processes find stale at the same moment is taken by one of them', async () => {
    const processes = Array.from({ length: 8 }, () => fork(contender, [file]));
    try {
      await Promise.all(processes.map(next));
      for (let round = 0; round < 40; round++) {
        await writeFile(file, stale);
        // In every other round, one more was killed while it took the lock over.
        if (round % 2 === 1) await writeFile(successorOf(stale), `999999998 ${hostname()} 1 ${round}\n`);
        const start = Date.now() + 5;
        const answers = await Promise.all(processes.map((child) => ask(child, { start })));
        assert.deepEqual(
          answers.filter((answer) => answer !== 'run.locked'),
          ['acquired'],
          `round ${round}`,
        );
        await Promise.all(processes.map((child) => ask(child, 'release')));
        assert.deepEqual(await readdir(folder), []);
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
