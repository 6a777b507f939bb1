import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AdarandError, invariant } from '../../errors.js';
import { removeTemporaries, systemCode, writeError, writeFileAtomic } from '../../files/atomic.js';
import { acquireLock, type Lock } from '../../files/lock.js';
import { makeFolder, otherThanFolder } from '../../files/make-folder.js';
import { specialAt } from '../../files/special.js';
import { whyUnreadable } from '../../files/why-unreadable.js';
import { commandLine } from '../command-line.js';
import { parseStored, type RunRecord, type RunSummary, recordSchema, summarySchema } from './record.js';

/** A run's place on disk. A folder is a run from the moment its `run.json` is there. */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @throws AdarandError `run.exists` for a path that a new run cannot have. */
  static async checkFree(out: string): Promise<void> {
    await refuseNoFolder(out);
    if ((await stat(out).catch(() => undefined)) !== undefined && !(await isEmpty(out)))
      throw await exists(out);
  }

  /**
   * Takes a new folder: `out`, or the first of `runs/<stem>-1`, `-2`, ... that is free.
   *
   * @throws AdarandError `run.exists`, `files.write`.
   */
  static async reserve(out: string | undefined, stem: string): Promise<LockedRunFolder> {
    if (out !== undefined) {
      await refuseNoFolder(out);
      const made = await make(out);
      if (made === undefined && !(await isEmpty(out))) throw await exists(out);
      return lock(new RunFolder(out), made);
    }
    for (let n = 1; ; n++) {
      const path = join('runs', `${stem}-${n}`);
      const made = await make(path);
      if (made !== undefined) return lock(new RunFolder(path), made);
    }
  }

  /** A run to look at. @throws AdarandError `run.not-a-run`. */
  static async open(path: string): Promise<RunFolder> {
    const folder = new RunFolder(path);
    await folder.record();
    return folder;
  }

  /** A run to continue. @throws AdarandError `run.not-a-run`, `run.locked`. */
  static async openLocked(path: string): Promise<LockedRunFolder> {
    return lock(await RunFolder.open(path));
  }

  get name(): string {
    return basename(resolve(this.path));
  }

  get checkpoints(): string {
    return join(this.path, 'checkpoints');
  }

  get metrics(): string {
    return join(this.path, 'metrics.jsonl');
  }

  /** See `image-list.ts`. */
  get images(): string {
    return join(this.path, 'images.jsonl');
  }

  get preparation(): string {
    return join(this.path, 'preparation.safetensors');
  }

  get model(): string {
    return join(this.path, 'model.onnx');
  }

  async record(): Promise<RunRecord> {
    const file = join(this.path, 'run.json');
    const json = await readText(file);
    if (json === undefined) throw await notARun(this.path);
    return parseStored(recordSchema, json, file);
  }

  async writeRecord(record: RunRecord): Promise<void> {
    await makeFolder(this.checkpoints).catch((error: unknown) => {
      throw writeError(this.checkpoints, error);
    });
    await writeFileAtomic(join(this.path, 'run.json'), toJson(record));
  }

  /** Undefined until the run is finished. */
  async summary(): Promise<RunSummary | undefined> {
    const file = join(this.path, 'summary.json');
    const json = await readText(file);
    return json === undefined ? undefined : parseStored(summarySchema, json, file);
  }

  /** Makes a finished run one that is not; without its summary, its model is that of its checkpoints. */
  async reopen(): Promise<void> {
    for (const file of [join(this.path, 'summary.json'), this.model])
      await rm(file, { force: true }).catch((error: unknown) => {
        throw writeError(file, error);
      });
  }

  writeSummary(summary: RunSummary): Promise<void> {
    return writeFileAtomic(join(this.path, 'summary.json'), toJson(summary));
  }
}

/** A run that this process alone may write. */
export interface LockedRunFolder {
  readonly folder: RunFolder;
  /** Ends the lock; a folder that has not become a run is removed. */
  close(): Promise<void>;
}

/** `made`: the topmost folder that was made for this run. */
async function lock(folder: RunFolder, made?: string): Promise<LockedRunFolder> {
  const purpose = { code: 'run.locked', doing: 'working on this run' };
  const held: Lock = acquireLock(join(folder.path, '.lock'), purpose);
  try {
    for (const path of [folder.path, folder.checkpoints]) await removeTemporaries(path);
  } catch (error) {
    held.release();
    throw error;
  }
  return {
    folder,
    async close() {
      const isRun = (await readText(join(folder.path, 'run.json'))) !== undefined;
      held.release();
      if (!isRun) await discard(folder, made);
    },
  };
}

/** Removes what a run writes before its `run.json`, and the folders that were made for it, if nothing else is in them. */
async function discard(folder: RunFolder, made: string | undefined): Promise<void> {
  for (const file of [folder.preparation, folder.images]) await rm(file, { force: true });
  const remove = (path: string) => rmdir(path).catch(() => {});
  await remove(folder.checkpoints);
  if (made === undefined) return;
  for (let path = resolve(folder.path); path.startsWith(resolve(made)); path = dirname(path))
    await remove(path);
}

/** Makes the folder and those above it; the topmost that was made, or undefined if it is there already. */
async function make(path: string): Promise<string | undefined> {
  try {
    return await makeFolder(path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw await exists(path);
    throw writeError(path, error);
  }
}

/** What a run writes before its `run.json`. */
const leftovers = /^(\.lock(\..*)?|\.?(preparation\.safetensors|images\.jsonl)(\..*\.tmp)?)$/;

/** Also true for a folder with files of a process that was killed before its run began. */
async function isEmpty(path: string): Promise<boolean> {
  return (await readdir(path).catch(() => ['a file'])).every((name) => leftovers.test(name));
}

/** @throws AdarandError `run.exists` for a file, or whatever else has this name and is no folder. */
async function refuseNoFolder(out: string): Promise<void> {
  const what = await otherThanFolder(out);
  if (what === undefined) return;
  throw new AdarandError('run.exists', `${out} is ${what}, not a folder`, 'Choose another --out.');
}

async function notARun(path: string): Promise<AdarandError> {
  const found = await stat(path).catch(() => undefined);
  const what = found === undefined ? 'does not exist' : 'is not a run: it has no run.json';
  return new AdarandError(
    'run.not-a-run',
    `${path} ${what}`,
    'Give the folder of a run: `run.json` is in it.',
  );
}

/** With the command that continues the run, where the folder is one that can be continued. */
async function exists(path: string): Promise<AdarandError> {
  const has = async (name: string) => (await readText(join(path, name)).catch(() => undefined)) !== undefined;
  const unfinished = (await has('run.json')) && !(await has('summary.json'));
  return new AdarandError(
    'run.exists',
    `${path} exists already`,
    unfinished
      ? `Choose another --out, or continue that run: ${commandLine('train', '--resume', path)}`
      : 'Choose another --out, or leave it out: then the run gets a folder of its own in runs/.',
  );
}

async function readText(path: string): Promise<string | undefined> {
  const special = await specialAt(path);
  if (special !== undefined)
    throw new AdarandError(
      'run.read',
      `${path} is a ${special}, not a file`,
      'Restore the run folder as it was.',
    );
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const { reason, hint } = whyUnreadable(code);
    throw new AdarandError('run.read', `cannot read ${path}: ${reason}`, hint, error);
  }
}

/** JSON would write a number that is not finite as null, which is not what was meant. */
function toJson(value: unknown): string {
  const checked = (key: string, part: unknown) => {
    invariant(typeof part !== 'number' || Number.isFinite(part), `${key} is ${part}`);
    return part;
  };
  return `${JSON.stringify(value, checked, 2)}\n`;
}
