import { invariant } from '../errors.js';
import type { Tensor, TensorType } from '../graph/tensor.js';

/** A tensor in a device's own memory, which only sessions of the driver that made it can read and write. */
export interface DeviceTensor extends TensorType {
  readonly data?: undefined;
  /** Frees it: it may not be used afterwards. */
  release(): void;
}

/** What a session reads and writes. On a device with memory of its own, a tensor of the host's is copied at each run. */
export type Held = Tensor | DeviceTensor;

/** The memory of a device that does not compute in the host's. What is in it crosses the bus only by `copy`. */
export interface DeviceMemory {
  /** @throws AdarandError `runtime.memory`, where the device has no more. */
  allocate(type: TensorType): DeviceTensor;
  /** Copies tensors into others of the same type, up to the device or down from it. */
  copy(from: readonly Held[], to: readonly Held[]): Promise<void>;
}

/** A tensor that is to be the host's. */
export function hostTensor(tensor: Held): Tensor {
  invariant(tensor.data !== undefined, 'a tensor in the memory of another device');
  return tensor;
}
