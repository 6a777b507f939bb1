import { invariant } from '../errors.js';
import { bytesOf, type Tensor, type TensorType, zeros } from '../graph/tensor.js';
import type { DeviceMemory, Held } from './device-memory.js';
import type { CompileOptions } from './program.js';
import { DeviceSlot, HostSlot } from './slots.js';

/** What a tensor begins as; a type alone is zeros of that type. */
export type Initial = Tensor | (TensorType & { readonly data?: undefined });

export function tensorOf(initial: Initial): Tensor {
  return initial.data === undefined ? zeros(initial.dtype, initial.shape) : initial;
}

/**
 * The tensors that outlive a step: parameters, optimizer slots, running statistics, a method's own state. Those
 * that a program updates exist twice, and the two swap after each run: ONNX Runtime may not write what it reads,
 * and a fresh output buffer each step would cost more than the arithmetic. What is given is neither copied nor changed.
 *
 * With a device's memory, what programs read is there: it crosses the bus when it was set, before the next run that reads
 * it, and when it is read by the host. What no program reads stays with the host.
 */
export class State {
  readonly #memory: DeviceMemory | undefined;
  readonly #slots = new Map<string, HostSlot | DeviceSlot>();

  constructor(memory?: DeviceMemory) {
    this.#memory = memory;
  }

  /** Of programs that are compiled so: their tensors are where these compute. */
  static async for({ driver, device }: CompileOptions): Promise<State> {
    return new State(await driver.memory(device));
  }

  add(name: string, initial: Initial): void {
    invariant(!this.#slots.has(name), `state ${name} exists already`);
    const isGiven = initial.data !== undefined;
    const tensor = tensorOf(initial);
    const memory = this.#memory;
    this.#slots.set(
      name,
      memory === undefined ? new HostSlot(tensor, { isGiven }) : new DeviceSlot(tensor, { isGiven, memory }),
    );
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }

  typeOf(name: string): TensorType {
    return this.#slot(name).type;
  }

  /** The current value, which the host has: of a tensor that no program updates, or without a device's memory. */
  get(name: string): Tensor {
    const { onHost } = this.#slot(name);
    invariant(onHost !== undefined, `${name} is on the device alone`);
    return onHost;
  }

  /**
   * Current values, in the order of their names; all of them, in the order in which they were added, unless named. What is
   * on the device alone is copied. Buffers change hands at every update: copy what must last.
   */
  async read(names: Iterable<string> = this.#slots.keys()): Promise<Map<string, Tensor>> {
    const asked = [...names];
    const pending = this.#deviceSlots(asked).flatMap((slot) => {
      const { download } = slot;
      return download === undefined ? [] : [{ ...download, done: () => slot.downloaded() }];
    });
    await this.#copy(pending);
    return new Map(asked.map((name) => [name, this.get(name)]));
  }

  set(name: string, value: Tensor): void {
    this.#slot(name).set(value);
  }

  /** Brings what a run is to read where it is read. */
  async place(names: Iterable<string>): Promise<void> {
    if (this.#memory === undefined) return;
    const pending = this.#deviceSlots(names).flatMap((slot) => {
      const { upload } = slot;
      return upload === undefined ? [] : [{ ...upload, done: () => slot.uploaded() }];
    });
    await this.#copy(pending);
  }

  /** What a run reads; it was placed. */
  current(name: string): Held {
    return this.#slot(name).current;
  }

  /** Where a run writes the next value. */
  next(name: string): Held {
    return this.#slot(name).next;
  }

  /** Makes what runs will write of the host's memory; a device's is made when it is needed. */
  reserve(names: Iterable<string>): void {
    for (const name of names) {
      const slot = this.#slot(name);
      if (slot instanceof HostSlot) slot.reserve();
    }
  }

  /** Makes the next values of these tensors their current ones. */
  swap(names: Iterable<string>): void {
    for (const name of names) this.#slot(name).swap();
  }

  /** Bytes of current values. */
  bytesOf(names: Iterable<string>): number {
    let total = 0;
    for (const name of names) total += bytesOf(this.typeOf(name));
    return total;
  }

  /** Frees what is on a device: no program may run with it any more. */
  release(): void {
    for (const slot of this.#slots.values()) slot.release();
  }

  #deviceSlots(names: Iterable<string>): DeviceSlot[] {
    const found: DeviceSlot[] = [];
    for (const name of names) {
      const slot = this.#slot(name);
      if (slot instanceof DeviceSlot) found.push(slot);
    }
    return found;
  }

  async #copy(
    pending: readonly { readonly from: Held; readonly to: Held; readonly done: () => void }[],
  ): Promise<void> {
    if (this.#memory === undefined || pending.length === 0) return;
    await this.#memory.copy(
      pending.map(({ from }) => from),
      pending.map(({ to }) => to),
    );
    for (const { done } of pending) done();
  }

  #slot(name: string): HostSlot | DeviceSlot {
    const slot = this.#slots.get(name);
    invariant(slot !== undefined, `no state called ${name}`);
    return slot;
  }
}
