import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type DatasetImage, isDescriptor } from '../../data/index.js';
import { AdarandError, at } from '../../errors.js';
import { writeChunksAtomic } from '../../files/atomic.js';
import { readWholeJsonLines } from '../../files/json-lines.js';
import type { RunInputs } from '../prepare/run-inputs.js';

/**
 * What a run does with an image: trains on it, validates on it, tests on it, leaves it `unused` (by `trainFraction`),
 * or trains on it as a `source` image.
 */
const useSchema = z.enum(['train', 'val', 'test', 'unused', 'source']);

export type ImageUse = z.infer<typeof useSchema>;

/** A line of `images.jsonl`. */
const lineSchema = z.object({
  split: useSchema,
  class: z.string(),
  /** Inside DATA, or inside the folder of source images. */
  path: z.string(),
  /** SHA-256 of the file, or of the pixels of an image that is no file. */
  digest: z.string(),
  /** What near-equal pictures are known by; missing where there is too little contrast. */
  descriptor: z.string().refine(isDescriptor).optional(),
});

export type ListedImage = z.infer<typeof lineSchema>;

/**
 * Writes `images.jsonl`: which images a run trains, validates and tests on, a line for each, known by their contents.
 *
 * @throws AdarandError as `writeChunksAtomic` does.
 */
export function writeImageList(path: string, inputs: ListedInputs) {
  return writeChunksAtomic(path, pieces(inputs));
}

/** SHA-256 of what `writeImageList` writes. */
export function imageListDigest(inputs: ListedInputs): string {
  const hash = createHash('sha256');
  for (const piece of pieces(inputs)) hash.update(piece);
  return hash.digest('hex');
}

type ListedInputs = Pick<RunInputs, 'dataset' | 'source'>;

function* pieces({ dataset, source }: ListedInputs): Generator<Buffer> {
  for (const split of ['train', 'val', 'test', 'unused'] as const)
    yield text(split, dataset[split].images, dataset.classes);
  if (source !== undefined) yield text('source', source.images, source.classes);
}

function text(split: ImageUse, images: readonly DatasetImage[], classes: readonly string[]): Buffer {
  const lines = images.map(({ label, name, digest, descriptor }) => {
    const line: ListedImage = {
      split,
      class: at(classes, label),
      path: name,
      digest,
      ...(descriptor !== undefined && { descriptor }),
    };
    return `${JSON.stringify(line)}\n`;
  });
  return Buffer.from(lines.join(''));
}

/**
 * The list of a run, which has as many images of each use as the run's record counts.
 *
 * @throws AdarandError `run.damaged` if it is not there, holds something else or is not complete, `files.json-lines`.
 */
export async function readImageList(path: string, record: ImageCounts): Promise<ListedImage[]> {
  const lines = await readWholeJsonLines(path);
  if (lines === undefined) throw damaged(`${path} is not complete: its last line is cut`);
  const result = z.array(lineSchema).min(1).safeParse(lines);
  if (!result.success) throw damaged(`${path} is not the list of images that a run writes`, result.error);
  const { data: list } = result;
  const { data, source } = record;
  const counts = { train: data.train, val: data.val, test: data.test, source: source?.images ?? 0 };
  for (const use of ['train', 'val', 'test', 'source'] as const) {
    const listed = list.filter(({ split }) => split === use).length;
    if (listed !== counts[use])
      throw damaged(`${path} is not complete: it has ${listed} ${use} images, and the run ${counts[use]}`);
  }
  return list;
}

/** What `run.json` says of the images. Those that a training fraction leaves unused are not counted. */
export interface ImageCounts {
  readonly data: Readonly<Record<'train' | 'val' | 'test', number>>;
  readonly source: { readonly images: number } | null;
}

function damaged(message: string, cause?: unknown): AdarandError {
  return new AdarandError('run.damaged', message, 'Restore the run folder as it was, or train again.', cause);
}
