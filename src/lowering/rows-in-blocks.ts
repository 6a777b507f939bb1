import { at, invariant } from '../errors.js';
import { reshape } from '../graph/operators/reshape.js';
import { apply, type Node, type Value } from '../graph/value.js';
import { blockPixels } from './operators/block-pixels.js';
import { unblockPixels } from './operators/unblock-pixels.js';

/** A map's height and width of so many pixels: rows that threads can share among them. */
export function areaOf(pixels: number): [number, number] {
  const height = Array.from({ length: 64 }, (_, i) => 64 - i).find((rows) => pixels % rows === 0) ?? 1;
  return [height, pixels / height];
}

/** The values of a graph that is being rebuilt: as they were, or those of wide rows as maps in blocks. */
export class RowsInBlocks {
  readonly block: number;
  readonly #plain = new Map<Value, Value>();
  readonly #wide = new Map<Value, Value>();

  constructor(block: number) {
    this.block = block;
  }

  /** The map that rows [.., K] are; undefined for those that are not in blocks. */
  wide(before: Value): Value | undefined {
    return this.#wide.get(before);
  }

  setWide(before: Value, map: Value): void {
    this.#wide.set(before, map);
  }

  setPlain(before: Value, plain: Value): void {
    this.#plain.set(before, plain);
  }

  plain(before: Value): Value {
    const known = this.#plain.get(before);
    if (known !== undefined) return known;
    const wide = this.#wide.get(before);
    // Nothing has changed it.
    if (wide === undefined) return before;
    if (before.dtype === 'float32')
      this.#plain.set(before, reshape(unblockPixels(wide, this.block), before.shape));
    else {
      // The runtime changes the layout of floats alone: what was compared in blocks is compared again.
      invariant(before.origin.kind === 'node', 'only what a node makes is in blocks');
      this.rebuild(before.origin.node);
    }
    const plain = this.#plain.get(before);
    invariant(plain !== undefined, 'what is in blocks has a plain form');
    return plain;
  }

  /** Plain rows [P,C] as a map in blocks. */
  inBlocks(before: Value): Value {
    const [count, channels] = [at(before.shape, 0), at(before.shape, 1)];
    return blockPixels(reshape(this.plain(before), [1, ...areaOf(count), channels]), this.block);
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
