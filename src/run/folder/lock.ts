import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { AdarandError } from '../../errors.js';
import { systemCode, writeError } from '../../files/atomic.js';

/** Held while a process writes a run. A process that was killed leaves its lock, which the next one sees through. */
export interface Lock {
  release(): void;
}

/** @throws AdarandError `run.locked` if a living process holds it; `files.write`. */
export function acquireLock(path: string): Lock {
  const own = `${process.pid} ${hostname()}\n`;
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, own, { flag: 'wx' });
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw writeError(path, error);
      const holder = holderOf(path);
      if (attempt > 0 || holder !== undefined) throw locked(path, holder);
      rmSync(path, { force: true });
    }
  }
}

/** Who holds the lock; undefined if that process is gone. A process on another machine counts as living. */
function holderOf(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined; // released in the meantime
  }
  const [pid = '', host = ''] = text.trim().split(' ');
  if (host !== '' && host !== hostname()) return `process ${pid} on ${host}`;
  // Containers start over with the same process numbers: our own number in an old lock is a predecessor's.
  if (Number(pid) === process.pid || !isAlive(Number(pid))) return undefined;
  return `process ${pid}`;
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function locked(path: string, holder = 'another process'): AdarandError {
  return new AdarandError(
    'run.locked',
    `${holder} is working on this run`,
    `Wait for it or stop it. If it does not exist any more, delete ${path}.`,
  );
}
