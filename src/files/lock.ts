import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AdarandError } from '../errors.js';
import { writeError } from './atomic.js';
import { identityLine, isAlive, isOnThisMachine, parseIdentity } from './process-identity.js';
import { specialKind } from './special.js';
import { systemCode } from './system-code.js';
import { whyUnreadable } from './why-unreadable.js';

/** Held while a process writes something. A process that was killed leaves its lock; the next one takes it over. */
export interface Lock {
  release(): void;
}

/** What a lock is for, as the error says it to those that are kept out. */
export interface LockPurpose {
  readonly code: string;
  /** `working on this run`, of the process that holds it. */
  readonly doing: string;
}

/**
 * A lock is a file that says which process has it. It gets its name by a hard link, which fails where there is one, and
 * has its content from the beginning, whenever its process is killed.
 *
 * @throws AdarandError with the code of `purpose` if a living process holds it; `files.write`.
 */
export function acquireLock(path: string, purpose: LockPurpose): Lock {
  try {
    return take(path);
  } catch (error) {
    if (!(error instanceof Held)) throw error;
    throw new AdarandError(
      purpose.code,
      `${error.holder} is ${purpose.doing}`,
      `Wait for it or stop it. If there is no such process, delete ${path}.`,
    );
  }
}

/** Who has a lock: nobody, a process that lives (or may live, on another machine), or one that is gone and left it. */
export type LockState =
  | { readonly state: 'free' | 'left' }
  /** `process 17`, `process 17 on other-machine`. */
  | { readonly state: 'held'; readonly holder: string };

/** Reads only, for who looks on. @throws AdarandError `run.locked` for a lock that cannot be read. */
export function lockState(path: string): LockState {
  try {
    return { state: staleText(path) === undefined ? 'free' : 'left' };
  } catch (error) {
    if (error instanceof Held) return { state: 'held', holder: error.holder };
    throw error;
  }
}

function take(path: string): Lock {
  const line = identityLine();
  const claim = claimOf(path, line);
  writeClaim(claim, line, path);
  try {
    while (!create(claim, path)) {
      const stale = staleText(path);
      // Undefined: it was released in the meantime.
      if (stale !== undefined) {
        takeOver(claim, path, stale);
        break;
      }
    }
  } finally {
    rmSync(claim, { force: true });
  }
  sweep(path);
  return { release: () => rmSync(path, { force: true }) };
}

/** Its name is what it will say: of a process that was killed before it wrote that, too, one knows that it is gone. */
function claimOf(path: string, line: string): string {
  return `${path}.${Buffer.from(line).toString('base64url')}.claim`;
}

function lineOfClaim(path: string): string {
  return Buffer.from(basename(path, '.claim').replace(/^.*[.]/, ''), 'base64url').toString();
}

/**
 * Replaces the lock of a process that is gone, which contains `stale`. Of several that found it, one may become its
 * successor: the one that creates the file that is named after this text, which no other lock has. Where the successor
 * was killed too, its own successor is sought in the same way, and so on.
 *
 * Successors of a lock are not removed while it is there, so at the end of the chain is one living process.
 */
function takeOver(claim: string, path: string, stale: string): void {
  let successor = successorOf(path, stale);
  while (!create(claim, successor)) {
    const text = staleText(successor);
    if (text === undefined) throw new Held(anotherProcess);
    successor = successorOf(path, text);
  }
  // Another one may have been faster, and removed the chain: then the lock is its own.
  if (read(path) !== stale) {
    rmSync(successor, { force: true });
    throw new Held(anotherProcess);
  }
  renameSync(successor, path);
}

function successorOf(path: string, text: string): string {
  return `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}.successor`;
}

/** Writes this process's line, which a power cut leaves whole or not at all. */
function writeClaim(claim: string, line: string, path: string): void {
  try {
    const file = openSync(claim, 'wx');
    try {
      writeSync(file, line);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    rmSync(claim, { force: true });
    throw writeError(path, error);
  }
}

/** Gives the claim another name; false if there is such a file already. */
function create(claim: string, path: string): boolean {
  try {
    linkSync(claim, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
  }
  // Not every file system has links. A copy may be seen before its content is there.
  try {
    copyFileSync(claim, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw writeError(path, error);
  }
}

const anotherProcess = 'another process';

/** A line that is not complete after so long will not be: its process is gone. */
const INCOMPLETE_MS = 60_000;

/**
 * The text of a file whose process is gone; undefined if there is no such file.
 *
 * @throws Held if the process lives, or may live: on another machine, it counts as living.
 */
function staleText(path: string): string | undefined {
  const text = read(path);
  if (text === undefined) return undefined;
  const identity =
    parseIdentity(text) ?? (path.endsWith('.claim') ? parseIdentity(lineOfClaim(path)) : undefined);
  if (identity === undefined) {
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (written !== undefined && Date.now() - written < INCOMPLETE_MS) throw new Held(anotherProcess);
    return text;
  }
  const { pid, host } = identity;
  if (!isOnThisMachine(identity)) throw new Held(`process ${pid} on ${host}`);
  if (isAlive(identity)) throw new Held(`process ${pid}`);
  return text;
}

/** Removes what processes left that were killed while they took the lock. */
function sweep(path: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix) || !/\.(claim|successor|takeover)$/.test(name)) continue;
    const file = join(dirname(path), name);
    try {
      if (staleText(file) !== undefined) rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Held)) throw error; // its process lives, and removes it
    }
  }
}

function read(path: string): string | undefined {
  try {
    const special = specialKind(statSync(path));
    if (special !== undefined) throw unreadable(path, `it is a ${special}`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT') return undefined;
    throw unreadable(path, whyUnreadable(code).reason, error);
  }
}

/** Thrown inside this file: a living process has the lock. */
class Held extends Error {
  readonly holder: string;

  constructor(holder: string) {
    super(holder);
    this.holder = holder;
  }
}

function unreadable(path: string, reason: string, cause?: unknown): AdarandError {
  return new AdarandError(
    'run.locked',
    `the lock ${path} cannot be read: ${reason}`,
    'If no process is working on this run, delete it.',
    cause,
  );
}
