import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The file that says how far a search, or an experiment of many runs, has come. */
export const experimentFiles = { tune: 'tune.json', compare: 'experiment.json' } as const;

/** The command that wrote a folder of many runs. */
export type ManyRuns = keyof typeof experimentFiles;

/** Undefined for a folder that is no search and no experiment. */
export function manyRunsAt(path: string): ManyRuns | undefined {
  if (existsSync(join(path, experimentFiles.tune))) return 'tune';
  return existsSync(join(path, experimentFiles.compare)) ? 'compare' : undefined;
}
