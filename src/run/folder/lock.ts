import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { AdarandError } from '../../errors.js';
import { systemCode, writeError } from '../../files/atomic.js';

/** Held while a process writes a run. A process that was killed leaves its lock; the next one takes it over. */
export interface Lock {
  release(): void;
}

/** @throws AdarandError `run.locked` if a living process holds it; `files.write`. */
export function acquireLock(path: string): Lock {
  const lock: Lock = { release: () => rmSync(path, { force: true }) };
  if (create(path)) return lock;
  const holder = holderOf(path);
  if (holder !== undefined) throw locked(path, holder);
  takeOver(path);
  return lock;
}

/**
 * Replaces the lock of a process that is gone. Of several that found it stale, one at a time may look again and
 * replace it: otherwise a slow one would remove the new lock of a fast one.
 */
function takeOver(path: string): void {
  const guard = `${path}.takeover`;
  if (!create(guard)) throw locked(path, anotherProcess);
  try {
    const holder = holderOf(path);
    if (holder !== undefined) throw locked(path, holder);
    rmSync(path, { force: true });
    // Between these two lines a process that just arrived may create it.
    if (!create(path)) throw locked(path, anotherProcess);
  } finally {
    rmSync(guard, { force: true });
  }
}

/** Creates a file with this process's number and machine; false if there is one already. */
function create(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw writeError(path, error);
  }
  try {
    writeSync(file, `${process.pid} ${hostname()}\n`);
    fsyncSync(file); // a power cut leaves the whole line or no file
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw writeError(path, error);
  } finally {
    closeSync(file);
  }
}

const anotherProcess = 'another process';

/** Who holds the lock; undefined if that process is gone. A process on another machine counts as living. */
function holderOf(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined; // released in the meantime
    throw error;
  }
  // Its process has created it, and is about to write.
  if (!text.endsWith('\n')) return anotherProcess;
  const [pid, host] = text.trim().split(' ');
  if (host !== undefined && host !== hostname()) return `process ${pid} on ${host}`;
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

function locked(path: string, holder: string): AdarandError {
  return new AdarandError(
    'run.locked',
    `${holder} is working on this run`,
    `Wait for it or stop it. If there is no such process, delete ${path} and ${path}.takeover.`,
  );
}
