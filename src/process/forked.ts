import { type ChildProcess, fork } from 'node:child_process';
import { type Entry, entryFile } from '../package.js';
import { execArguments, nodeOptions } from './exec-arguments.js';

/**
 * With its defaults, glibc gives large buffers back to the system and takes them again at every step; the page
 * faults cost more than a tenth of the time. Other systems ignore these.
 */
export const allocator = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '9999999999',
  MALLOC_TOP_PAD_: '67108864',
};

/** Starts a process of ours, which is told the number of this one and sends messages with typed arrays. */
export function forked(entry: Entry): ChildProcess {
  return fork(entryFile(entry), [String(process.pid)], {
    // A group of its own: the terminal's Ctrl-C reaches the parent only, which asks for an orderly end.
    detached: process.platform !== 'win32',
    env: { ...allocator, ...process.env, NODE_OPTIONS: nodeOptions(process.env.NODE_OPTIONS ?? '') },
    execArgv: execArguments(process.execArgv),
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** A process that waits for an operation to perform. */
export function operationProcess(): ChildProcess {
  return forked('process/main');
}

/** What native code prints; nothing of it belongs on the caller's own streams. Returns what ends the collecting. */
export function collectOutput({ stdout, stderr }: ChildProcess, receive: (text: string) => void): () => void {
  const streams = [stdout, stderr];
  for (const stream of streams) stream?.setEncoding('utf8').on('data', receive);
  return () => {
    for (const stream of streams) stream?.off('data', receive);
  };
}
