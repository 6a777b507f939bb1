import { at, invariant } from '../errors.js';
import { reshape } from '../graph/operators/reshape.js';
import { nchw } from '../graph/shapes.js';
import { apply, type Node, type Value } from '../graph/value.js';
import { blockChannels } from './operators/block-channels.js';
import { blockPixels } from './operators/block-pixels.js';
import { unblockChannels } from './operators/unblock-channels.js';
import { areRows, rowsOfMaps } from './rows-and-maps.js';

/** The values of a graph that is being rebuilt, in plain and in blocked memory: as they came about, or changed on demand. */
export class Layouts {
  readonly #block: number;
  readonly #plain = new Map<Value, Value>();
  readonly #blocked = new Map<Value, Value>();
  readonly #born = new Set<Value>();

  constructor(block: number) {
    this.#block = block;
  }

  setPlain(before: Value, plain: Value): void {
    this.#plain.set(before, plain);
  }

  setBlocked(before: Value, blocked: Value): void {
    this.#blocked.set(before, blocked);
    this.#born.add(before);
  }

  /** Whether a value came about in blocked memory. */
  isBlocked(before: Value): boolean {
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

  plain(before: Value): Value {
    const known = this.#plain.get(before);
    if (known !== undefined) return known;
    const blocked = this.#blocked.get(before);
    // Nothing has changed it.
    if (blocked === undefined || !this.isBlocked(before)) return before;
    if (before.dtype === 'float32') this.#plain.set(before, unblockChannels(blocked, this.#block));
    else {
      // What was compared in blocks is compared again.
      invariant(before.origin.kind === 'node', 'only what a node makes is blocked');
      this.rebuild(before.origin.node);
    }
    const plain = this.#plain.get(before);
    invariant(plain !== undefined, 'what is blocked has a plain form');
    return plain;
  }

  blocked(before: Value): Value {
    const known = this.#blocked.get(before);
    if (known !== undefined) return known;
    const plain = this.plain(before);
    const result = areRows(plain) ? rowsInBlocks(plain, this.#block) : blockChannels(plain, this.#block);
    this.#blocked.set(before, result);
    return result;
  }

  /** The node with its inputs as they are now, plainly: the same node, where they are what they were. */
  rebuild(node: Node): void {
    const inputs = node.inputs.map((value) => this.plain(value));
    const outputs = inputs.every((value, i) => value === node.inputs[i])
      ? node.outputs
      : apply(node.operator, inputs, node.attributes);
    node.outputs.forEach((output, i) => {
      this.#plain.set(output, at(outputs, i));
    });
  }
}

/** Maps that lie as rows go into blocks at once. */
function rowsInBlocks(maps: Value, block: number): Value {
  const [batch, channels, height, width] = nchw(maps.shape);
  return blockPixels(reshape(rowsOfMaps(maps), [batch, height, width, channels]), block);
}
