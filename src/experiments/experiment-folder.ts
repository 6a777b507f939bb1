import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { AdarandError } from '../errors.js';
import { writeFileAtomic } from '../files/atomic.js';
import { removeEmpty } from '../files/folders.js';
import { namesIfThere } from '../files/if-there.js';
import { acquireLock } from '../files/lock.js';
import { makeFolder } from '../files/make-folder.js';
import { parseStored } from '../run/folder/record.js';
import { RunFolder } from '../run/folder/run-folder.js';
import { stageOf } from '../run/folder/stage.js';

/** What an experiment of a kind keeps in its folder. */
export interface FolderKind<Kept> {
  /** The file that says how far it has come. */
  readonly file: string;
  readonly schema: z.ZodType<Kept>;
  /** The folder inside that its runs are in. */
  readonly runs: string;
  /** `working on this search`, of the process that holds the lock. */
  readonly doing: string;
  /** What is said of a folder without that file. */
  missing(path: string): AdarandError;
}

/** An experiment's place on disk, which this process alone may write. */
export class ExperimentFolder<Kept> {
  readonly path: string;
  readonly #kind: FolderKind<Kept>;
  readonly #release: () => void;

  /** The topmost folder that was made for it; undefined where it was there before. */
  readonly #topmost: string | undefined;

  private constructor(path: string, kind: FolderKind<Kept>, topmost: string | undefined) {
    this.path = path;
    this.#kind = kind;
    this.#topmost = topmost;
    const lock = acquireLock(join(path, '.lock'), { code: 'run.locked', doing: kind.doing });
    this.#release = () => lock.release();
  }

  /** @throws AdarandError `run.exists`, `run.locked`, `files.write`. */
  static async create<Kept>(path: string, kind: FolderKind<Kept>): Promise<ExperimentFolder<Kept>> {
    await RunFolder.checkFree(path);
    return new ExperimentFolder(path, kind, await makeFolder(path));
  }

  /** @throws AdarandError as `kind.missing` says, `run.locked`, `run.damaged`. */
  static async open<Kept>(
    path: string,
    kind: FolderKind<Kept>,
  ): Promise<{ readonly folder: ExperimentFolder<Kept>; readonly record: Kept }> {
    const file = join(path, kind.file);
    if (!existsSync(file)) throw kind.missing(path);
    const folder = new ExperimentFolder(path, kind, undefined);
    try {
      return { folder, record: parseStored(kind.schema, await readFile(file, 'utf8'), file) };
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  write(record: Kept): Promise<void> {
    return writeFileAtomic(join(this.path, this.#kind.file), `${JSON.stringify(record, undefined, 2)}\n`);
  }

  /** What makes up most of a run, and is of no use after it for most of them. */
  async deleteWeights(run: string): Promise<void> {
    for (const part of ['model.onnx', 'checkpoints', 'preparation.safetensors'])
      await rm(join(this.path, run, part), { recursive: true, force: true });
  }

  /** Whether one of its runs has begun. */
  async hasRun(): Promise<boolean> {
    const folder = join(this.path, this.#kind.runs);
    const runs = await namesIfThere(folder);
    return runs.some((run) => stageOf(join(folder, run)) !== undefined);
  }

  /** Leaves nothing of an experiment that has not begun and is closed, but for the folder if it was there before. */
  async remove(): Promise<void> {
    await rm(join(this.path, this.#kind.file), { force: true });
    const runs = join(this.path, this.#kind.runs);
    await removeEmpty(runs, this.#topmost ?? runs);
  }

  close(): void {
    this.#release();
  }
}

/** The first of `runs/STEM-1`, `-2`, ... that is free. */
export async function freePath(stem: string): Promise<string> {
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
