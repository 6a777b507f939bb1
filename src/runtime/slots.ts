import { invariant } from '../errors.js';
import { type Tensor, type TensorType, zeros } from '../graph/tensor.js';
import type { DeviceMemory, DeviceTensor, Held } from './device-memory.js';

/** One tensor of a state: its value, and where its next value is written. */
export interface Slot {
  readonly type: TensorType;
  /** What a run reads. */
  readonly current: Held;
  /** Where a run writes the next value; made when it is first asked for. */
  readonly next: Held;
  /** The value on the host; undefined where only the device has it. */
  readonly onHost: Tensor | undefined;
  set(value: Tensor): void;
  /** Makes the next value the current one. */
  swap(): void;
  release(): void;
}

/** A tensor that is computed with where the host has it. What was given is neither copied nor written to. */
export class HostSlot implements Slot {
  readonly type: TensorType;
  #current: Tensor;
  #next: Tensor | undefined;
  #isGiven: boolean;

  constructor(initial: Tensor, { isGiven }: { readonly isGiven: boolean }) {
    this.type = { dtype: initial.dtype, shape: initial.shape };
    this.#current = initial;
    this.#isGiven = isGiven;
  }

  get current(): Tensor {
    return this.#current;
  }

  get next(): Tensor {
    return this.reserve();
  }

  /** Makes the next value's place. */
  reserve(): Tensor {
    this.#next ??= emptyOf(this.type);
    return this.#next;
  }

  get onHost(): Tensor {
    return this.#current;
  }

  set(value: Tensor): void {
    if (this.#isGiven) this.#current = emptyOf(this.type);
    this.#isGiven = false;
    fill(this.#current, value);
  }

  swap(): void {
    invariant(this.#next !== undefined, 'a state was swapped before it was written');
    [this.#current, this.#next] = [this.#next, this.#isGiven ? undefined : this.#current];
    this.#isGiven = false;
  }

  release(): void {}
}

/**
 * A tensor that is computed with in a device's memory. What the host sets is copied there before the next run that reads it;
 * what runs write stays there, until the host asks for it.
 */
export class DeviceSlot implements Slot {
  readonly type: TensorType;
  readonly #memory: DeviceMemory;
  /** The host's own, where it has one. */
  #host: Tensor;
  #isGiven: boolean;
  #current: DeviceTensor | undefined;
  #next: DeviceTensor | undefined;
  #hostIsNew = true;
  #deviceIsNew = false;

  constructor(
    initial: Tensor,
    { isGiven, memory }: { readonly isGiven: boolean; readonly memory: DeviceMemory },
  ) {
    this.type = { dtype: initial.dtype, shape: initial.shape };
    this.#host = initial;
    this.#isGiven = isGiven;
    this.#memory = memory;
  }

  get current(): DeviceTensor {
    invariant(this.#deviceIsNew && this.#current !== undefined, 'a state is not on the device yet');
    return this.#current;
  }

  get next(): DeviceTensor {
    this.#next ??= this.#memory.allocate(this.type);
    return this.#next;
  }

  get onHost(): Tensor | undefined {
    return this.#hostIsNew ? this.#host : undefined;
  }

  set(value: Tensor): void {
    fill(this.#ownHost(), value);
    this.#hostIsNew = true;
    this.#deviceIsNew = false;
  }

  swap(): void {
    invariant(this.#next !== undefined, 'a state was swapped before it was written');
    [this.#current, this.#next] = [this.#next, this.#current];
    this.#deviceIsNew = true;
    this.#hostIsNew = false;
  }

  /** What is to be copied to the device before a run reads it; undefined where the device has it. */
  get upload(): { readonly from: Tensor; readonly to: DeviceTensor } | undefined {
    if (this.#deviceIsNew) return undefined;
    this.#current ??= this.#memory.allocate(this.type);
    return { from: this.#host, to: this.#current };
  }

  uploaded(): void {
    this.#deviceIsNew = true;
  }

  /** What is to be copied from the device before the host reads it; undefined where the host has it. */
  get download(): { readonly from: DeviceTensor; readonly to: Tensor } | undefined {
    return this.#hostIsNew ? undefined : { from: this.current, to: this.#ownHost() };
  }

  downloaded(): void {
    this.#hostIsNew = true;
  }

  release(): void {
    this.#current?.release();
    this.#next?.release();
    this.#current = undefined;
    this.#next = undefined;
  }

  /** The host's tensor, to be written to. */
  #ownHost(): Tensor {
    if (this.#isGiven) this.#host = emptyOf(this.type);
    this.#isGiven = false;
    return this.#host;
  }
}

function emptyOf({ dtype, shape }: TensorType): Tensor {
  return zeros(dtype, shape);
}

function fill(to: Tensor, from: Tensor): void {
  invariant(from.dtype === to.dtype && from.data.length === to.data.length, 'a value of another type');
  if (from.dtype === 'int64' && to.dtype === 'int64') to.data.set(from.data);
  else if (from.dtype !== 'int64' && to.dtype !== 'int64') to.data.set(from.data);
}
