/** Commands that are interrupted where they change a file: see `interrupt-writes.ts`. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { at } from '../../src/errors.js';
import { Random } from '../../src/random.js';
import { type Ended, startWith } from './cli.js';

const preload = new URL('./interrupt-writes.js', import.meta.url).href;

/** Runs commands in folders of their own below `root`, with one cache. */
export class Interrupted {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** A command to its end, in a folder that is made if need be. */
  async run(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const cwd = join(this.#root, name);
    await mkdir(cwd, { recursive: true });
    return startWith({ ADARAND_CACHE: join(this.#root, 'cache'), ...env }, cwd, ...args).ended;
  }

  /** With `kill:17` or `full:17` as `how`, interrupted before its 17th change of a file. */
  interrupt(name: string, how: string, args: readonly string[]): Promise<Ended> {
    return this.run(name, args, { NODE_OPTIONS: `--import ${preload}`, ADARAND_WRITES: how });
  }

  /** A command to its end, and its changes of files: `rename run/run.json`; with `space:1000`, in as many bytes. */
  async count(
    name: string,
    args: readonly string[],
    how = 'count',
  ): Promise<{ ended: Ended; changes: string[] }> {
    const log = join(this.#root, `changes-of-${name}`);
    const env = { ADARAND_WRITES: how, ADARAND_WRITES_LOG: log };
    const ended = await this.run(name, args, { NODE_OPTIONS: `--import ${preload}`, ...env });
    return { ended, changes: (await readFile(log, 'utf8')).trim().split('\n') };
  }
}

/** Some numbers from 1 to `last`; all of them with `ADARAND_TEST_ALL=1`. */
export function chosen(last: number, sample: number, seed: number): number[] {
  const all = Array.from({ length: last }, (_, i) => i + 1);
  if (process.env.ADARAND_TEST_ALL !== undefined) return all;
  const random = new Random(seed, 'test');
  const some = Array.from({ length: sample }, () => at(all, Math.floor(random.uniform() * last)));
  return [...new Set(some)];
}

/** Relative paths, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
