/*
 * node build/tools/bundle/main.js FOLDER
 *
 * Bundles the compiled program, unless FOLDER has it already.
 */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageFolder, programFolder } from '../../src/package.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('node build/tools/bundle/main.js FOLDER');
const to = resolve(folder);
if (!isCurrent(to)) await (await import('./bundle.js')).writeBundle(to);

/** Whether nothing that it is made of was written after it. */
function isCurrent(bundle: string): boolean {
  const made = writtenAt(join(bundle, 'index.js'));
  const sources = [
    join(packageFolder(), 'package-lock.json'),
    ...[programFolder(), import.meta.dirname].flatMap(scriptsIn),
  ];
  return sources.every((path) => writtenAt(path) < made);
}

function scriptsIn(folder: string): string[] {
  return readdirSync(folder, { encoding: 'utf8', recursive: true })
    .filter((path) => path.endsWith('.js') && !path.endsWith('.test.js'))
    .map((path) => join(folder, path));
}

/** Milliseconds; 0 of a file that there is not. */
function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
