import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AdarandError } from '../../errors.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { acquireLock } from '../../files/lock.js';
import { makeFolder } from '../../files/make-folder.js';
import { absolute } from '../../run/folder/absolute.js';
import { parseStored } from '../../run/folder/record.js';
import { RunFolder } from '../../run/folder/run-folder.js';
import { stemOf } from '../../run/folder/stem.js';
import type { TuneRequest } from '../../run/options/tune-options.js';
import { type TuneRecord, tuneRecordSchema } from './record.js';

const FILE = 'tune.json';

/** A search's place on disk, which this process alone may write. */
export class TuneFolder {
  readonly path: string;
  readonly #release: () => void;

  private constructor(path: string) {
    this.path = path;
    const lock = acquireLock(join(path, '.lock'), { code: 'run.locked', doing: 'working on this search' });
    this.#release = () => lock.release();
  }

  /** @throws AdarandError `run.exists`, `run.locked`, `files.write`. */
  static async create(request: TuneRequest): Promise<TuneFolder> {
    const path = request.out ?? (await freePath(request));
    await RunFolder.checkFree(path);
    await makeFolder(path);
    return new TuneFolder(path);
  }

  /** @throws AdarandError `tune.not-a-search`, `run.locked`, `run.damaged`. */
  static async open(path: string): Promise<{ readonly folder: TuneFolder; readonly record: TuneRecord }> {
    const file = join(path, FILE);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined)
      throw new AdarandError(
        'tune.not-a-search',
        `${path} is no search: it has no ${FILE}`,
        'Give the folder that `tune` wrote.',
      );
    return { folder: new TuneFolder(path), record: parseStored(tuneRecordSchema, text, file) };
  }

  write(record: TuneRecord): Promise<void> {
    return writeFileAtomic(join(this.path, FILE), `${JSON.stringify(record, undefined, 2)}\n`);
  }

  /** What makes up most of a run, and is of use for its best one only. */
  async deleteWeights(run: string): Promise<void> {
    for (const part of ['model.onnx', 'checkpoints', 'preparation.safetensors'])
      await rm(join(this.path, run, part), { recursive: true, force: true });
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
