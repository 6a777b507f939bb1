import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { AdarandError } from '../errors.js';
import { statIfThere } from '../files/if-there.js';
import { commandLine } from '../run/command-line.js';
import { runNear } from '../run/folder/not-a-run.js';

/** What there is to serve in a folder. */
export interface ServedFolder {
  /** The folder of a page, without links in its path. */
  readonly page: string | undefined;
  readonly hasClassifier: boolean;
}

/** @throws AdarandError `serve.nothing`. */
export async function servedFolder(folder: string): Promise<ServedFolder> {
  const there = await statIfThere(folder);
  const has = async (name: string) => (await statIfThere(join(folder, name)))?.isFile() === true;
  const [page, run, exported] = await Promise.all(['index.html', 'run.json', 'config.json'].map(has));
  const hasClassifier = run === true || exported === true;
  if (page === true || hasClassifier)
    return { page: page === true ? await realpath(folder) : undefined, hasClassifier };
  const what =
    there === undefined
      ? 'does not exist'
      : there.isDirectory()
        ? 'has nothing to serve: neither run.json nor config.json nor index.html is in it'
        : 'is not a folder';
  const line = commandLine('export', 'RUN', '--to', 'DIR', '--web');
  throw new AdarandError(
    'serve.nothing',
    `${folder} ${what}`,
    (await runNear(folder)) ??
      `Give the folder of a run, or one that an export has written; \`${line}\` writes one with a page.`,
  );
}
