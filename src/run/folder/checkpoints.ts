import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { systemCode } from '../../files/atomic.js';
import { readSafetensors, writeSafetensors } from '../../files/safetensors.js';
import type { Tensor } from '../../graph/tensor.js';
import type { CheckpointStore, Position } from '../../training/checkpoint.js';
import { parseStored } from './record.js';

/** JSON writes what is not finite as null. */
const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const count = z.int().min(0);

const positionSchema = z.object({
  epoch: count,
  batch: count,
  sums: z.record(z.string(), number),
  best: z.object({ epoch: count.min(1), accuracy: z.number().min(0).max(1), loss: z.number() }).optional(),
});

export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly position: Position;
}

/** Of all that were written, the positions; the tensors of the one that a run continues from. */
export interface StoredCheckpoints {
  readonly furthest: Checkpoint | undefined;
  readonly positions: readonly Position[];
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

  /** What a run continues from, if any of the two was written yet. */
  async load(): Promise<StoredCheckpoints> {
    const [last, best] = [await this.#loadIfThere('last'), await this.#loadIfThere('best')];
    const found = [last, best].filter((checkpoint) => checkpoint !== undefined);
    const positions = found.map(({ position }) => position);
    // Killed between the two of an epoch, a run has a best one that is further than its last.
    const [furthest] = found.sort((a, b) => difference(b.position, a.position));
    return { furthest, positions };
  }

  /** Of both files, as far as they are there. */
  async bytes(): Promise<number> {
    let sum = 0;
    for (const name of ['last', 'best'] as const)
      sum += (await stat(this.#path(name)).catch(() => undefined))?.size ?? 0;
    return sum;
  }

  async #loadIfThere(name: 'last' | 'best'): Promise<Checkpoint | undefined> {
    try {
      return await this.#load(name);
    } catch (error) {
      if (error instanceof AdarandError && systemCode(error.cause) === 'ENOENT') return undefined;
      throw error;
    }
  }

  #path(name: 'last' | 'best'): string {
    return join(this.#folder, `${name}.safetensors`);
  }

  async #load(name: 'last' | 'best'): Promise<Checkpoint> {
    const path = this.#path(name);
    const { tensors, metadata } = await readSafetensors(path);
    const { best, ...position } = parseStored(positionSchema, metadata.position ?? 'null', path);
    return { tensors, position: { ...position, best } };
  }

  async #save(
    name: 'last' | 'best',
    tensors: ReadonlyMap<string, Tensor>,
    position: Position,
  ): Promise<void> {
    await writeSafetensors(this.#path(name), tensors, { position: JSON.stringify(position) });
  }
}

function difference(a: Position, b: Position): number {
  return a.epoch - b.epoch || a.batch - b.batch;
}
