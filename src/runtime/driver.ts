import type { Device } from '../graph/device.js';
import type { DeviceMemory, Held } from './device-memory.js';
import type { Precision } from './precision.js';

export interface SessionOptions {
  readonly device: Device;
  /** Threads that one run may use; all cores by default. */
  readonly threads?: number | undefined;
  /** Whether the graph is of a program of ours, lowered: passes of ONNX Runtime that find nothing in such graphs are skipped. */
  readonly lowered?: boolean | undefined;
  /** Of products; float32 unless given. */
  readonly precision?: Precision | undefined;
  /** Is told what the user has to know of how the session computes. */
  readonly say?: ((text: string) => void) | undefined;
}

/** A compiled graph. Tensors are read from and written into the given buffers: a run allocates nothing of its own. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs once. No buffer may be both fed and fetched: ONNX Runtime would silently compute garbage. */
  run(feeds: ReadonlyMap<string, Held>, fetches: ReadonlyMap<string, Held>): Promise<void>;
  release(): Promise<void>;
}

/** One way to reach ONNX Runtime. Drivers do not leak the types of the binding that they adapt. */
export interface Driver {
  readonly name: string;
  /** The device's blocked layout for convolutions, if it has one; see `Target`. */
  channelBlock(device: Device): Promise<number | undefined>;
  /** The device's memory, where it has its own and this driver reaches it; else tensors are the host's. */
  memory(device: Device): Promise<DeviceMemory | undefined>;
  /** Bytes that a device can have, where that is known: more cannot be computed with. */
  memoryLimit(device: Device): Promise<number | undefined>;
  createSession(model: Uint8Array, options: SessionOptions): Promise<Session>;
}
