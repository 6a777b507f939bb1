import type { Device } from '../graph/device.js';

/** Whether a device is a GPU: what a kernel computes costs little there, and starting one costs most. */
export function isGpu({ device }: Pick<Target, 'device'>): boolean {
  return device === 'cuda' || device === 'webgpu';
}

/** What a graph is lowered for. */
export interface Target {
  readonly device: Device;
  /**
   * Channels per block of ONNX Runtime's own blocked layout on this CPU (8 with AVX2, 16 with AVX-512), where it has
   * one. A wrong number gives wrong results without an error: it is measured, never guessed.
   */
  readonly channelBlock?: number | undefined;
}

/** Whether so many channels are whole blocks, of a device that has the blocked layout. */
export function fillsBlocks(channels: number, block: number | undefined): block is number {
  return block !== undefined && channels % block === 0;
}
