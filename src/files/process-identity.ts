import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from './system-code.js';

/** Which process wrote a file, as one line: number, machine, when it started, and a number that no other line has. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string | undefined;
  /** As the system counts it (Linux); undefined where it does not say. */
  readonly start: string | undefined;
}

/** A line for this process, different each time. */
export function identityLine(): string {
  return `${process.pid} ${hostname()} ${statusOf(process.pid)?.start ?? '-'} ${randomBytes(8).toString('hex')}\n`;
}

/** Undefined for a line that is not complete. */
export function parseIdentity(line: string): ProcessIdentity | undefined {
  if (!line.endsWith('\n')) return undefined;
  const [pid, host, start] = line.trim().split(' ');
  return { pid: Number(pid), host, start: start === '-' ? undefined : start };
}

export function isOnThisMachine({ host }: ProcessIdentity): boolean {
  return host === undefined || host === hostname();
}

/**
 * Whether a process of this machine still runs. One that ended and that its parent has not asked about (a zombie) does
 * not, nor does one whose number another process has by now.
 */
export function isAlive({ pid, start }: ProcessIdentity): boolean {
  if (!(pid > 0) || !exists(pid)) return false;
  const status = statusOf(pid);
  if (status === undefined || start === undefined) {
    // Containers start over with the same process numbers: our own number in an old line is a predecessor's.
    return pid !== process.pid && status?.ended !== true;
  }
  return !status.ended && status.start === start;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** From Linux's /proc/PID/stat; undefined on other systems, or where it may not be read. */
function statusOf(pid: number): { readonly ended: boolean; readonly start: string } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // PID (NAME) STATE ...: a name may have spaces and brackets. The start is field 22.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  if (state === undefined || start === undefined) return undefined;
  return { ended: state === 'Z' || state === 'X', start };
}
