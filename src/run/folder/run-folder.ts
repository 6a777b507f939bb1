import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AdarandError, invariant } from '../../errors.js';
import { removeTemporaries, writeError, writeFileAtomic } from '../../files/atomic.js';
import { removeEmpty } from '../../files/folders.js';
import { statIfThere } from '../../files/if-there.js';
import { acquireLock, type Lock } from '../../files/lock.js';
import { makeFolder, otherThanFolder } from '../../files/make-folder.js';
import { specialAt } from '../../files/special.js';
import { systemCode } from '../../files/system-code.js';
import { cannotRead, whyUnreadable } from '../../files/why-unreadable.js';
import { commandLine } from '../command-line.js';
import { continuedOtherwise, notARun } from './not-a-run.js';
import { parseStored, type RunRecord, type RunSummary, recordSchema, summarySchema } from './record.js';
import { stageOf } from './stage.js';

/** A run's list of images; see `image-list.ts`. */
export function imageListOf(run: string): string {
  return join(run, 'images.jsonl');
}

/** A run's place on disk. A folder is a run from the moment its `run.json` is there. */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @throws AdarandError `run.exists` for a path that a new run cannot have. */
  static async checkFree(out: string): Promise<void> {
    await refuseNoFolder(out);
    if ((await statIfThere(out)) !== undefined && !(await isUnused(out))) throw exists(out);
  }

  /**
   * Takes a new folder: `out`, or the first of `runs/<stem>-1`, `-2`, ... that is free.
   *
   * @throws AdarandError `run.exists`, `run.locked`, `files.write`.
   */
  static async reserve(out: string | undefined, stem: string): Promise<LockedRunFolder> {
    if (out !== undefined) {
      await refuseNoFolder(out);
      return take(new RunFolder(out), 'as it was');
    }
    for (let n = 1; ; n++) {
      const folder = new RunFolder(join('runs', `${stem}-${n}`));
      try {
        return await take(folder, 'removed');
      } catch (error) {
        if (!(error instanceof AdarandError) || !/^run[.](exists|locked)$/.test(error.code)) throw error;
      }
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
    const other = continuedOtherwise(path);
    if (other !== undefined) throw other;
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
    return imageListOf(this.path);
  }

  /** See `tensorboard/`. */
  get tensorboard(): string {
    return join(this.path, 'tensorboard');
  }

  /** See `feature-files.ts`. */
  get features(): string {
    return join(this.path, 'features');
  }

  get testFeatures(): string {
    return join(this.features, 'test.safetensors');
  }

  get preparation(): string {
    return join(this.path, 'preparation.safetensors');
  }

  get model(): string {
    return join(this.path, 'model.onnx');
  }

  /** Of the test images, in a run that was asked for them. */
  get predictions(): string {
    return join(this.path, 'predictions.csv');
  }

  async record(): Promise<RunRecord> {
    const file = join(this.path, 'run.json');
    const json = await readText(file);
    if (json === undefined) throw await notARun(this.path, () => isUnused(this.path));
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
    const files = [join(this.path, 'summary.json'), this.model, this.testFeatures, this.predictions];
    for (const file of files)
      await rm(file, { force: true }).catch((error: unknown) => {
        throw writeError(file, error);
      });
  }

  /** Of what `reopen` is going to remove. */
  async bytesToReopen(): Promise<number> {
    if (stageOf(this.path) !== 'finished') return 0;
    const sizeOf = async (path: string) => (await statIfThere(path))?.size ?? 0;
    return (await sizeOf(this.model)) + (await sizeOf(this.testFeatures));
  }

  writeSummary(summary: RunSummary): Promise<void> {
    return writeFileAtomic(join(this.path, 'summary.json'), toJson(summary));
  }
}

/** A run that this process alone may write. */
export interface LockedRunFolder {
  readonly folder: RunFolder;
  /** Ends the lock; of a new folder that has not become a run, nothing is left. */
  close(): Promise<void>;
}

async function lock(folder: RunFolder): Promise<LockedRunFolder> {
  const purpose = { code: 'run.locked', doing: 'working on this run' };
  const held: Lock = acquireLock(join(folder.path, '.lock'), purpose);
  try {
    for (const path of [folder.path, folder.checkpoints, folder.features]) await removeTemporaries(path);
  } catch (error) {
    held.release();
    throw error;
  }
  return { folder, close: async () => held.release() };
}

/**
 * Makes and locks the folder of a new run. If it has not become one in the end, nothing of it is left; a folder that
 * was there before stays `as it was`, or is removed as well.
 */
async function take(folder: RunFolder, before: 'as it was' | 'removed'): Promise<LockedRunFolder> {
  const { path } = folder;
  const made = await make(path);
  const topmost = made ?? (before === 'removed' ? path : undefined);
  const unmake = async () => {
    if (topmost !== undefined) await removeEmpty(path, topmost);
  };
  const checkUnused = async () => {
    if (!(await isUnused(path))) throw exists(path);
  };
  await checkUnused();
  let held: LockedRunFolder;
  try {
    held = await lock(folder);
  } catch (error) {
    await unmake();
    throw error;
  }
  try {
    // Another process may have made a run of it since.
    await checkUnused();
    await removeUnfinished(folder);
  } catch (error) {
    await held.close();
    throw error;
  }
  return {
    folder,
    async close() {
      const isRun = stageOf(path) !== undefined;
      if (!isRun) await removeUnfinished(folder);
      await held.close();
      if (!isRun) await unmake();
    },
  };
}

/** Removes what a run writes before its `run.json`. */
async function removeUnfinished(folder: RunFolder): Promise<void> {
  for (const file of [folder.preparation, folder.images]) await rm(file, { force: true });
  await rmdir(folder.checkpoints).catch(() => {});
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

/** What a run writes before its `run.json`, which a process leaves that is killed there. */
const leftovers =
  /^(\.lock(\..*)?|\.splits\.unfinished|preparation\.safetensors|images\.jsonl|\.(preparation\.safetensors|images\.jsonl|run\.json)\..*\.tmp)$/;

/** Whether a folder has nothing in it but what was left before a run began. */
async function isUnused(path: string): Promise<boolean> {
  const inside = (folder: string) =>
    readdir(folder).catch((error: unknown) => {
      if (systemCode(error) === 'ENOTDIR') return ['a file'];
      throw cannotRead(folder, error);
    });
  const others = (await inside(path)).filter((name) => !leftovers.test(name));
  return (
    others.length === 0 ||
    (others.length === 1 &&
      others[0] === 'checkpoints' &&
      (await inside(join(path, 'checkpoints'))).length === 0)
  );
}

/** @throws AdarandError `run.exists` for a file, or whatever else has this name and is no folder. */
async function refuseNoFolder(out: string): Promise<void> {
  const what = await otherThanFolder(out);
  if (what === undefined) return;
  throw new AdarandError('run.exists', `${out} is ${what}, not a folder`, 'Choose another --out.');
}

function exists(path: string): AdarandError {
  const stage = stageOf(path);
  const instead =
    stage === 'begun'
      ? `or continue that run: ${commandLine('train', '--resume', path)}`
      : 'or leave it out: then the run gets a folder of its own in runs/.';
  return new AdarandError(
    'run.exists',
    `${path} exists already: ${described[stage ?? 'none']}`,
    `Choose another --out, ${instead}`,
  );
}

const described = {
  begun: 'a run that has not finished',
  finished: 'a finished run',
  none: 'it is not a run, and not empty',
} as const;

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
