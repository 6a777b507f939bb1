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

  /** Undefined if none was written yet. */
  async loadLast(): Promise<Checkpoint | undefined> {
    try {
      return await this.#load('last');
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
