import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompareFolder } from './compare-folder.js';

/** Lists of the images that all methods train, validate and test on, inside the folder of an experiment. */
const LISTS = 'splits';

/** Until the experiment has begun. `RunFolder.checkFree` knows the name, of an experiment that was killed before. */
const UNFINISHED = '.splits.unfinished';

/** Where the lists of a new experiment are written to. */
export async function newLists(folder: CompareFolder): Promise<string> {
  await removeLists(folder);
  return join(folder.path, UNFINISHED);
}

export async function removeLists({ path }: CompareFolder): Promise<void> {
  await rm(join(path, UNFINISHED), { recursive: true, force: true });
}

/** Gives the lists their place, as soon as `experiment.json` is there. */
export async function keepLists({ path }: CompareFolder): Promise<void> {
  const unfinished = join(path, UNFINISHED);
  if (existsSync(unfinished)) await rename(unfinished, join(path, LISTS));
}
