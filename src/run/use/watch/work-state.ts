import { join } from 'node:path';
import { lockState } from '../../../files/lock.js';

/** Stopped: nobody works on it, and who did has said so, stopped or failed; dead: the process that worked on it is gone. */
export type WorkState = 'running' | 'stopped' | 'dead' | 'finished';

/** Whether a process works on what is in a folder, and which one. @throws AdarandError `run.locked`. */
export function workStateOf(
  folder: string,
  isFinished: boolean,
): { readonly state: WorkState; readonly holder: string | null } {
  const lock = lockState(join(folder, '.lock'));
  if (isFinished) return { state: 'finished', holder: null };
  return lock.state === 'held'
    ? { state: 'running', holder: lock.holder }
    : { state: lock.state === 'left' ? 'dead' : 'stopped', holder: null };
}
