import { totalmem } from 'node:os';
import * as ort from 'onnxruntime-node';
import type { Device } from '../graph/device.js';
import { measureChannelBlock } from './channel-block.js';
import type { Driver } from './driver.js';
import { adaptSession, createSession } from './onnxruntime.js';

const providers: Readonly<Partial<Record<Device, string>>> = { cpu: 'cpu', webgpu: 'webgpu', cuda: 'cuda' };

let measured: Promise<number | undefined> | undefined;

/** ONNX Runtime's native library, by its Node binding. A run blocks this thread: use it in a process of its own. */
export const nodeDriver: Driver = {
  name: 'onnxruntime-node',
  channelBlock(device) {
    if (device !== 'cpu') return Promise.resolve(undefined);
    measured ??= measureChannelBlock((model) => nodeDriver.createSession(model, { device, threads: 1 }));
    return measured;
  },
  memoryLimit(device) {
    // A graphics card has memory of its own, and says itself when it runs out.
    if (device !== 'cpu') return undefined;
    // What a container may have, where it is limited.
    const allowed = process.constrainedMemory();
    return allowed > 0 ? Math.min(totalmem(), allowed) : totalmem();
  },
  async createSession(model, { device, threads }) {
    const session = await createSession(ort, model, {
      executionProviders: [providers[device] ?? 'cpu'],
      // Planning memory by pattern costs hundreds of megabytes on a training graph, and no time is won.
      enableMemPattern: false,
      // Threads that spin while they wait win little on an idle machine and lose several times as much on a busy one;
      // two sessions (training and evaluation) would keep each other busy.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      logSeverityLevel: 3,
    });
    return adaptSession(ort, session, { writesInPlace: true });
  },
};
