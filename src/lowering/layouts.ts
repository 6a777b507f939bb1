import { invariant } from '../errors.js';
import { reshape } from '../graph/operators/reshape.js';
import { nchw } from '../graph/shapes.js';
import type { Value } from '../graph/value.js';
import { blockChannels } from './operators/block-channels.js';
import { blockPixels } from './operators/block-pixels.js';
import { unblockChannels } from './operators/unblock-channels.js';
import { RebuiltValues } from './rebuilt-values.js';
import { areRows, rowsOfMaps } from './rows-and-maps.js';

/** The values of a graph that is being rebuilt, in plain and in blocked memory: as they came about, or changed on demand. */
export class Layouts extends RebuiltValues {
  readonly #block: number;
  readonly #blocked = new Map<Value, Value>();
  readonly #born = new Set<Value>();

  constructor(block: number) {
    super();
    this.#block = block;
  }

  setBlocked(before: Value, blocked: Value): void {
    this.#blocked.set(before, blocked);
    this.#born.add(before);
  }

  override isBlocked(before: Value): boolean {
    return this.#born.has(before);
  }

  /** Whether it did, and the runtime can change its layout. */
  isBlockedMap(before: Value): boolean {
    return this.isBlocked(before) && before.dtype === 'float32';
  }

  /** Whether the runtime can lay a value out in blocks: it is of floats, and of whole blocks of channels. */
  canBlock({ dtype, shape }: Value): boolean {
    const [, channels] = shape;
    return (
      dtype === 'float32' && shape.length === 4 && channels !== undefined && channels % this.#block === 0
    );
  }

  protected override unblocked(before: Value): Value {
    const blocked = this.#blocked.get(before);
    invariant(blocked !== undefined, 'what came about in blocks is there');
    return unblockChannels(blocked, this.#block);
  }

  blocked(before: Value): Value {
    const known = this.#blocked.get(before);
    if (known !== undefined) return known;
    const plain = this.plain(before);
    const result = areRows(plain) ? rowsInBlocks(plain, this.#block) : blockChannels(plain, this.#block);
    this.#blocked.set(before, result);
    return result;
  }
}

/** Maps that lie as rows go into blocks at once. */
function rowsInBlocks(maps: Value, block: number): Value {
  const [batch, channels, height, width] = nchw(maps.shape);
  return blockPixels(reshape(rowsOfMaps(maps), [batch, height, width, channels]), block);
}
