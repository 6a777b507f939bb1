import { invariant } from '../errors.js';
import { bytesOf, type Tensor, type TensorType, zeros } from '../graph/tensor.js';

/** What a tensor begins as; a type alone is zeros of that type. */
export type Initial = Tensor | (TensorType & { readonly data?: undefined });

export function tensorOf(initial: Initial): Tensor {
  return initial.data === undefined ? zeros(initial.dtype, initial.shape) : initial;
}

interface Slot {
  current: Tensor;
  /** Where the next value is written; made when the tensor is first updated. */
  next: Tensor | undefined;
  /** Whether `current` is the tensor that was given, which is never written to. */
  isGiven: boolean;
}

/**
 * The tensors that outlive a step: parameters, optimizer slots, running statistics, a method's own state. Those
 * that a program updates exist twice, and the two swap after each run: ONNX Runtime may not write what it reads,
 * and a fresh output buffer each step would cost more than the arithmetic. What is given is neither copied nor changed.
 */
export class State {
  readonly #slots = new Map<string, Slot>();

  add(name: string, initial: Initial): void {
    invariant(!this.#slots.has(name), `state ${name} exists already`);
    const isGiven = initial.data !== undefined;
    this.#slots.set(name, { current: tensorOf(initial), next: undefined, isGiven });
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }

  /** The current value; its buffer changes hands at every update, so copy what must last. */
  get(name: string): Tensor {
    return this.#slot(name).current;
  }

  set(name: string, value: Tensor): void {
    const slot = this.#slot(name);
    if (slot.isGiven) slot.current = zeros(slot.current.dtype, slot.current.shape);
    slot.isGiven = false;
    copy(value, slot.current);
  }

  /** The buffer for the next value. */
  next(name: string): Tensor {
    const slot = this.#slot(name);
    slot.next ??= zeros(slot.current.dtype, slot.current.shape);
    return slot.next;
  }

  /** Makes the next values of these tensors their current ones. */
  swap(names: Iterable<string>): void {
    for (const name of names) {
      const slot = this.#slot(name);
      invariant(slot.next !== undefined, `state ${name} was swapped before it was written`);
      [slot.current, slot.next] = [slot.next, slot.isGiven ? undefined : slot.current];
      slot.isGiven = false;
    }
  }

  /** All current values, in the order in which they were added. */
  entries(): [string, Tensor][] {
    return [...this.#slots].map(([name, slot]) => [name, slot.current]);
  }

  /** Bytes held, both copies. */
  get bytes(): number {
    let total = 0;
    for (const { current, next } of this.#slots.values())
      total += bytesOf(current) * (next === undefined ? 1 : 2);
    return total;
  }

  #slot(name: string): Slot {
    const slot = this.#slots.get(name);
    invariant(slot !== undefined, `no state called ${name}`);
    return slot;
  }
}

function copy(from: Tensor, to: Tensor): void {
  invariant(from.dtype === to.dtype && from.data.length === to.data.length, 'a value of another type');
  if (from.dtype === 'int64' && to.dtype === 'int64') to.data.set(from.data);
  else if (from.dtype !== 'int64' && to.dtype !== 'int64') to.data.set(from.data);
}
