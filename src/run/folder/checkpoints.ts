import { join } from 'node:path';
import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { statIfThere } from '../../files/if-there.js';
import { readMetadata, readSafetensors, writeSafetensors } from '../../files/safetensors.js';
import { systemCode } from '../../files/system-code.js';
import type { Tensor } from '../../graph/tensor.js';
import type { BestEpoch, CheckpointStore, Position } from '../../training/checkpoint.js';
import { parseStored } from './record.js';

/** JSON writes what is not finite as null. */
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const count = z.int().min(0);
const share = z.number().min(0).max(1);

const positionSchema = z.object({
  epoch: count,
  batch: count,
  sums: z.record(z.string(), number),
  best: z
    .object({
      epoch: count,
      accuracy: share,
      balancedAccuracy: share.optional(),
      loss: z.number(),
      temperature: z.number().positive().optional(),
    })
    .optional(),
});

export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly position: Position;
}

/** Throws an error for a position that is not one of the run's. */
export type CheckPosition = (position: Position) => void;

/** What is best of a run that is not finished. */
export interface KeptCheckpoint {
  readonly tensors: Checkpoint['tensors'];
  /** The best epoch by validation, if one was validated: then these are its tensors, else the last ones. */
  readonly best: BestEpoch | undefined;
  /** How far the run has come. */
  readonly reached: Position;
}

/**
 * A run's two checkpoints, `last.safetensors` and `best.safetensors` (where there are validation images): the state's
 * tensors, and in the metadata the position. Each is replaced as a whole, so there is always a complete one.
 */
export class FileCheckpoints implements CheckpointStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  saveLast(tensors: ReadonlyMap<string, Tensor>, position: Position): Promise<void> {
    return this.#save('last', tensors, position);
  }

  saveBest(tensors: ReadonlyMap<string, Tensor>, position: Position): Promise<void> {
    return this.#save('best', tensors, position);
  }

  async loadBest(): Promise<ReadonlyMap<string, Tensor>> {
    return (await this.#load('best')).tensors;
  }

  /**
   * The latest checkpoint; undefined if none was written yet. `check` throws for a position that is not of this run.
   *
   * The best epoch is saved first: a process that was killed before it saved the same as the last one left it later.
   *
   * @throws AdarandError `checkpoint.best` without the best epoch's.
   */
  async loadLatest(check: CheckPosition): Promise<Checkpoint | undefined> {
    const last = await ifThere(this.#load('last'));
    if (last !== undefined) check(last.position);
    const best = await ifThere(this.#position('best'));
    if (best !== undefined) check(best);
    if (best !== undefined && (last === undefined || best.epoch > last.position.epoch))
      return this.#load('best');
    const expected = last?.position.best?.epoch;
    if (expected === undefined || expected === best?.epoch) return last;
    throw new AdarandError(
      'checkpoint.best',
      `${this.#path('best')} ${best === undefined ? 'is not there' : `is of epoch ${best.epoch}`}, and epoch ${expected} is the best so far`,
      'Restore the run folder as it was, or start a new run.',
    );
  }

  /** The best epoch so far, or the last checkpoint where none was validated; undefined if none was written yet. */
  async loadKept(check: CheckPosition): Promise<KeptCheckpoint | undefined> {
    const kept = (await ifThere(this.#load('best'))) ?? (await ifThere(this.#load('last')));
    if (kept === undefined) return undefined;
    const { tensors, position } = kept;
    check(position);
    const last = await ifThere(this.#position('last'));
    if (last !== undefined) check(last);
    const reached = last !== undefined && last.epoch >= position.epoch ? last : position;
    return { tensors, best: position.best, reached };
  }

  /** Of both files, as far as they are there. */
  async bytes(): Promise<number> {
    let sum = 0;
    for (const name of ['last', 'best'] as const) sum += (await statIfThere(this.#path(name)))?.size ?? 0;
    return sum;
  }

  #path(name: 'last' | 'best'): string {
    return join(this.#folder, `${name}.safetensors`);
  }

  async #load(name: 'last' | 'best'): Promise<Checkpoint> {
    const { tensors, metadata } = await readSafetensors(this.#path(name));
    return { tensors, position: this.#parse(name, metadata) };
  }

  async #position(name: 'last' | 'best'): Promise<Position> {
    return this.#parse(name, await readMetadata(this.#path(name)));
  }

  #parse(name: 'last' | 'best', metadata: Readonly<Record<string, string>>): Position {
    const { best, ...position } = parseStored(positionSchema, metadata.position ?? 'null', this.#path(name));
    return { ...position, best };
  }

  async #save(
    name: 'last' | 'best',
    tensors: ReadonlyMap<string, Tensor>,
    position: Position,
  ): Promise<void> {
    await writeSafetensors(this.#path(name), tensors, { position: JSON.stringify(position) });
  }
}

async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AdarandError && systemCode(error.cause) === 'ENOENT') return undefined;
    throw error;
  }
}
