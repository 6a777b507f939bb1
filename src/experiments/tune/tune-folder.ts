import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AdarandError } from '../../errors.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { removeEmpty } from '../../files/folders.js';
import { acquireLock } from '../../files/lock.js';
import { makeFolder } from '../../files/make-folder.js';
import { absolute } from '../../run/folder/absolute.js';
import { parseStored } from '../../run/folder/record.js';
import { RunFolder } from '../../run/folder/run-folder.js';
import { stageOf } from '../../run/folder/stage.js';
import { stemOf } from '../../run/folder/stem.js';
import type { TuneRequest } from '../../run/options/tune-options.js';
import { type TuneRecord, tuneRecordSchema } from './record.js';

const FILE = 'tune.json';

/** Where its runs are, but for the best one. */
export const TRIALS = 'trials';

/** A search's place on disk, which this process alone may write. */
export class TuneFolder {
  readonly path: string;
  readonly #release: () => void;

  /** The topmost folder that was made for it; undefined where it was there before. */
  readonly #topmost: string | undefined;

  private constructor(path: string, topmost: string | undefined) {
    this.path = path;
    this.#topmost = topmost;
    const lock = acquireLock(join(path, '.lock'), { code: 'run.locked', doing: 'working on this search' });
    this.#release = () => lock.release();
  }

  /** @throws AdarandError `run.exists`, `run.locked`, `files.write`. */
  static async create(request: TuneRequest): Promise<TuneFolder> {
    const path = request.out ?? (await freePath(request));
    await RunFolder.checkFree(path);
    return new TuneFolder(path, await makeFolder(path));
  }

  /** @throws AdarandError `tune.not-a-search`, `run.locked`, `run.damaged`. */
  static async open(path: string): Promise<{ readonly folder: TuneFolder; readonly record: TuneRecord }> {
    const file = join(path, FILE);
    if (!existsSync(file))
      throw new AdarandError(
        'tune.not-a-search',
        `${path} is no search: it has no ${FILE}`,
        'Give the folder that `tune` wrote.',
      );
    const folder = new TuneFolder(path, undefined);
    try {
      return { folder, record: parseStored(tuneRecordSchema, await readFile(file, 'utf8'), file) };
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  write(record: TuneRecord): Promise<void> {
    return writeFileAtomic(join(this.path, FILE), `${JSON.stringify(record, undefined, 2)}\n`);
  }

  /** What makes up most of a run, and is of use for its best one only. */
  async deleteWeights(run: string): Promise<void> {
    for (const part of ['model.onnx', 'checkpoints', 'preparation.safetensors'])
      await rm(join(this.path, run, part), { recursive: true, force: true });
  }

  /** Whether one of its runs has begun. */
  async hasRun(): Promise<boolean> {
    const trials = join(this.path, TRIALS);
    const runs = await readdir(trials).catch(() => []);
    return runs.some((run) => stageOf(join(trials, run)) !== undefined);
  }

  /** Leaves nothing of a search that has not begun and is closed, but for the folder if it was there before. */
  async remove(): Promise<void> {
    await rm(join(this.path, FILE), { force: true });
    await removeEmpty(join(this.path, TRIALS), this.#topmost ?? join(this.path, TRIALS));
  }

  close(): void {
    this.#release();
  }
}

/** The first of `runs/DATA-MODEL-tune-1`, `-2`, ... that is free. */
async function freePath({ data, model }: TuneRequest): Promise<string> {
  const stem = stemOf(data, model, 'tune');
  for (let n = 1; ; n++) {
    const path = join('runs', `${stem}-${n}`);
    const isFree = await RunFolder.checkFree(path).then(
      () => true,
      (error: unknown) => {
        if (error instanceof AdarandError && error.code === 'run.exists') return false;
        throw error;
      },
    );
    if (isFree) return path;
  }
}

/** With paths that mean the same in another folder. */
export function placed(request: TuneRequest): TuneRequest {
  const { data, model, source } = request;
  return {
    ...request,
    data: absolute(data),
    model: absolute(model),
    ...(source !== undefined && { source: absolute(source) }),
  };
}
