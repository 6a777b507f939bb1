import { formatBytes } from '../../files/format-bytes.js';

/** What a step takes of the memory, and what there is. */
export interface StepMemory {
  /** An estimate, of plain fine-tuning. */
  bytesOf(images: number): number;
  /** Of the machine or its container; undefined for a graphics card. */
  readonly limit: number | undefined;
}

/** Share of the memory that a run may take: images in memory may have the rest. */
const SHARE = 0.75;

/** Half of the wanted batch, and half of that, until a step fits; at least one image. It does not depend on what else runs. */
export function fittingBatch(wanted: number, memory: StepMemory): number {
  let images = wanted;
  while (images > 1 && !fits(images, memory)) images = Math.floor(images / 2);
  return images;
}

function fits(images: number, { bytesOf, limit }: StepMemory): boolean {
  return limit === undefined || bytesOf(images) <= SHARE * limit;
}

/** What there is to be said about a batch: that it is smaller than it would be, or that it may not fit. */
export function memoryRemark(
  batch: {
    readonly given: number | undefined;
    /** Without memory to look at. */
    readonly standard: number;
    readonly accumulate: number;
  },
  memory: StepMemory,
): string | undefined {
  const wanted = batch.given ?? batch.standard;
  const { bytesOf, limit } = memory;
  if (limit === undefined || fits(wanted, memory)) return undefined;
  const less = fittingBatch(wanted, memory);
  const takes = `by an estimate, a step of ${wanted} takes ${formatBytes(bytesOf(wanted))} of memory, and there are ${formatBytes(limit)}`;
  const more = Math.round((batch.accumulate * wanted) / less);
  if (batch.given === undefined)
    return `a batch has ${images(less)}, not ${wanted}: ${takes}; with --accumulate ${more}, an update is of as many`;
  const instead =
    less === wanted ? '' : `; --batch-size ${less} --accumulate ${more} takes ${formatBytes(bytesOf(less))}`;
  return `--batch-size ${wanted} may be too much: ${takes}${instead}`;
}

function images(count: number): string {
  return count === 1 ? '1 image' : `${count} images`;
}
