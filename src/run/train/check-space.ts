import { statfs } from 'node:fs/promises';
import { AdarandError } from '../../errors.js';
import { formatBytes } from '../../files/format-bytes.js';

/** What decides how much a run is going to write; sizes are in bytes. */
export interface Output {
  /** Of one checkpoint. */
  readonly checkpoint: number;
  readonly model: number;
  /** The last one, and with validation images the best one. */
  readonly checkpoints: 1 | 2;
  /** Of the checkpoints that are there already, and of what is removed before. */
  readonly written: number;
  /** As few as they may be. */
  readonly epochsLeft: number;
}

/** What a run needs at least at one moment: its checkpoints, and beside them a new one of which none is replaced yet, or the model. */
export function spaceNeeded({ checkpoint, model, checkpoints, written, epochsLeft }: Output): number {
  if (epochsLeft === 0) return model;
  const replaces = epochsLeft > 1 || written > 0;
  return checkpoints * checkpoint + Math.max(replaces ? checkpoint : 0, model) - written;
}

/**
 * Refuses what cannot fit on the disk, bytes of features that are kept included; what is not refused may still meet a full one.
 *
 * @throws AdarandError `files.disk-full` with both figures.
 */
export async function checkSpace(path: string, needed: number, features = 0): Promise<void> {
  const free = await freeSpace(path);
  const all = needed + features;
  if (free === undefined || all <= free) return;
  const what = features === 0 ? 'checkpoints and the model' : 'checkpoints, features and the model';
  throw new AdarandError(
    'files.disk-full',
    `${path} takes ${formatBytes(all)} for ${what}, and its disk has ${formatBytes(free)} left`,
    'Free some space, or choose an --out on another disk.',
  );
}

/** Undefined where the system does not say. */
async function freeSpace(path: string): Promise<number | undefined> {
  const found = await statfs(path).catch(() => undefined);
  if (found === undefined || found.blocks === 0) return undefined;
  const { bavail, bfree, bsize } = found;
  // Some blocks are kept for the system's administrator.
  return (process.getuid?.() === 0 ? bfree : bavail) * bsize;
}
