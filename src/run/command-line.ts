import { realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative, sep } from 'node:path';
import { entryFile } from '../package.js';

/** `adarand` with these words, as it can be typed in the current folder: in messages that say what to do next. */
export function commandLine(...words: readonly string[]): string {
  return [howToStart(), ...words.map(quoted)].join(' ');
}

/** `adarand` if the PATH has this very program, `npx adarand` if it is a package's dependency, else by its file. */
function howToStart(): string {
  const main = entryFile('cli/main');
  if (isOnPath(main)) return 'adarand';
  if (main.split(sep).includes('node_modules')) return 'npx adarand';
  return `node ${fileHere(main)}`;
}

/** A file as it can be typed in the current folder. */
function fileHere(path: string): string {
  const near = relative('', path);
  return quoted(near.startsWith('..') || isAbsolute(near) ? path : near);
}

/** npm adds `node_modules/.bin` to the PATH of what it starts, but not to that of the shell. */
function isOnPath(main: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const target = resolved(main);
  const names = process.platform === 'win32' ? ['adarand.cmd'] : ['adarand'];
  return folders
    .filter((folder) => folder !== '' && !folder.endsWith(join('node_modules', '.bin')))
    .some((folder) =>
      names.some((name) => {
        const found = resolved(join(folder, name));
        // On Windows it is a script of npm's that names the program.
        return found !== undefined && (found === target || process.platform === 'win32');
      }),
    );
}

function resolved(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** A word as a shell reads it back. */
export function quoted(word: string): string {
  if (process.platform === 'win32') return /^[\w@%+=:,./\\~-]+$/u.test(word) ? word : `"${word}"`;
  return /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
