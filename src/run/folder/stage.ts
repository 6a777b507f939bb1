import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** How far the run in a folder has come; undefined for what is no run. */
export function stageOf(path: string): 'begun' | 'finished' | undefined {
  if (!existsSync(join(path, 'run.json'))) return undefined;
  return existsSync(join(path, 'summary.json')) ? 'finished' : 'begun';
}
