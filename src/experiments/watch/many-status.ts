import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { lockState } from '../../files/lock.js';
import { parseStored } from '../../run/folder/record.js';
import { stageOf } from '../../run/folder/stage.js';
import { type PreparingRun, type RunStatus, runStatus } from '../../run/use/watch/run-status.js';
import type { WorkState } from '../../run/use/watch/work-state.js';

/** What is known of one of many runs that has ended. */
export interface EndedRun {
  /** Its folder, seen from that of the whole. */
  readonly run: string;
  /** Null in an experiment, whose runs say it themselves. */
  readonly val_accuracy: number | null;
  /** Why it failed. */
  readonly error: string | null;
  readonly seconds: number;
}

/** Many runs that belong together, which another process may be working on. */
export interface ManyStatus {
  readonly kind: 'search' | 'experiment';
  readonly path: string;
  readonly state: WorkState;
  /** `process 17`; null unless it is running. */
  readonly holder: string | null;
  /** All of them; null where that is not decided yet. */
  readonly runs: number | null;
  readonly finished: number;
  readonly failed: number;
  readonly seconds: number;
  /** From what runs took so far; null before the first one has ended, and where all have. */
  readonly seconds_left: number | null;
  /** In the order in which they are recorded. */
  readonly ended: readonly EndedRun[];
  /** Those that have begun and not ended. */
  readonly current: readonly (RunStatus | PreparingRun)[];
}

/** The file of a folder in which an experiment says how far it has come. @throws AdarandError `run.damaged`. */
export async function readProgress<Kept>(
  folder: string,
  name: string,
  schema: z.ZodType<Kept>,
): Promise<Kept> {
  const path = join(folder, name);
  return parseStored(schema, await readFile(path, 'utf8'), path);
}

/** Of these folders, the runs that have begun, or are being prepared, and are not finished. */
export async function currentRuns(paths: readonly string[]): Promise<(RunStatus | PreparingRun)[]> {
  const found: (RunStatus | PreparingRun)[] = [];
  for (const path of paths) {
    if (!existsSync(path) || stageOf(path) === 'finished') continue;
    if (stageOf(path) === undefined && lockState(join(path, '.lock')).state !== 'held') continue;
    found.push(await runStatus(path));
  }
  return found.filter(({ state }) => state !== 'finished');
}
