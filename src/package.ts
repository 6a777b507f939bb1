import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What something else than an import of ours begins with: what other packages import, the program, its processes and threads.
 * Each is a file at the same place in every form of the program: as it is compiled, and bundled (`tools/bundle/`).
 */
export const entries = [
  'index',
  'graph/index',
  'nn/functional',
  'optimizers/index',
  'cli/main',
  'process/main',
  'process/parent-watcher',
  'classifier/main',
  'data/worker',
] as const;

export type Entry = (typeof entries)[number];

/** The file of an entry, in the form of the program that is running. */
export function entryFile(entry: Entry): string {
  return join(programFolder(), `${entry}.js`);
}

/**
 * The folder that has the entries, and the modules of the page of `export --web`: the nearest above this code, which the
 * bundler puts into any file.
 */
export function programFolder(): string {
  return folderAbove((folder) => existsSync(join(folder, 'cli', 'main.js')));
}

/** The folder of this package: the nearest one above this file whose package.json is adarand's. */
export function packageFolder(): string {
  return folderAbove((folder) => readPackage(join(folder, 'package.json'))?.name === 'adarand');
}

/** This package's version. */
export function adarandVersion(): string {
  return readPackage(join(packageFolder(), 'package.json'))?.version ?? 'unknown';
}

/** Undefined where there is none. */
export function readPackage(path: string): { name: string; version: string } | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(path, 'utf8'));
    return { name: String(name), version: String(version) };
  } catch {
    return undefined;
  }
}

function folderAbove(isRight: (folder: string) => boolean): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (isRight(folder)) return folder;
    if (folder === dirname(folder)) throw new Error('this file is not inside the package adarand');
  }
}
