import { at, invariant } from '../errors.js';
import { reshape } from '../graph/operators/reshape.js';
import type { Value } from '../graph/value.js';
import { blockPixels } from './operators/block-pixels.js';
import { unblockPixels } from './operators/unblock-pixels.js';
import { RebuiltValues } from './rebuilt-values.js';

/** A map's height and width of so many pixels: rows that threads can share among them. */
export function areaOf(pixels: number): [number, number] {
  const height = Array.from({ length: 64 }, (_, i) => 64 - i).find((rows) => pixels % rows === 0) ?? 1;
  return [height, pixels / height];
}

/** The values of a graph that is being rebuilt: as they were, or those of wide rows as maps in blocks. */
export class RowsInBlocks extends RebuiltValues {
  readonly block: number;
  readonly #wide = new Map<Value, Value>();

  constructor(block: number) {
    super();
    this.block = block;
  }

  /** The map that rows [.., K] are; undefined for those that are not in blocks. */
  wide(before: Value): Value | undefined {
    return this.#wide.get(before);
  }

  setWide(before: Value, map: Value): void {
    this.#wide.set(before, map);
  }

  override isBlocked(before: Value): boolean {
    return this.#wide.has(before);
  }

  protected override unblocked(before: Value): Value {
    const map = this.#wide.get(before);
    invariant(map !== undefined, 'wide rows are a map');
    return reshape(unblockPixels(map, this.block), before.shape);
  }

  /** Plain rows [P,C] as a map in blocks. */
  inBlocks(before: Value): Value {
    const [count, channels] = [at(before.shape, 0), at(before.shape, 1)];
    return blockPixels(reshape(this.plain(before), [1, ...areaOf(count), channels]), this.block);
  }
}
