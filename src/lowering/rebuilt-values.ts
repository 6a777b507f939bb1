import { at, invariant } from '../errors.js';
import { apply, type Node, type Value } from '../graph/value.js';

/** The values of a graph that is being rebuilt: as they were, or in a layout of blocks, from which they come back on demand. */
export abstract class RebuiltValues {
  readonly #plain = new Map<Value, Value>();

  /** Whether a value came about in blocks. */
  abstract isBlocked(before: Value): boolean;

  /** The plain form of a value of floats that is in blocks. */
  protected abstract unblocked(before: Value): Value;

  setPlain(before: Value, plain: Value): void {
    this.#plain.set(before, plain);
  }

  plain(before: Value): Value {
    const known = this.#plain.get(before);
    if (known !== undefined) return known;
    // Nothing has changed it.
    if (!this.isBlocked(before)) return before;
    if (before.dtype === 'float32') this.#plain.set(before, this.unblocked(before));
    else {
      // The runtime changes the layout of floats alone: what was compared in blocks is compared again.
      invariant(before.origin.kind === 'node', 'only what a node makes is in blocks');
      this.rebuild(before.origin.node);
    }
    const plain = this.#plain.get(before);
    invariant(plain !== undefined, 'what is in blocks has a plain form');
    return plain;
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
