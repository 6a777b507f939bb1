import { totalmem } from 'node:os';
import type { Device } from '../graph/device.js';
import { cApi } from './c-api/runtime.js';
import { createBoundSession } from './c-api/session.js';
import { measureChannelBlock } from './channel-block.js';
import type { Driver, Session, SessionOptions } from './driver.js';
import { failed } from './failed.js';
import { adaptSession, createSession } from './onnxruntime.js';
import { SKIPPED_PASSES_KEY, skippedPasses } from './skipped-passes.js';

/** By its Node binding, which copies all that a run puts out, and blocks this thread: use it in a process of its own. */
export const bindingDriver = driver('onnxruntime-node', createBindingSession);

/** By its C API, on the CPU: nothing is copied, and this thread stays free. */
export const cApiDriver = driver('onnxruntime-c-api', async (model, options) => {
  const runtime = await cApi();
  if (runtime instanceof Error) throw failed('be called by its C API', runtime);
  return createBoundSession(runtime, model, options);
});

/**
 * ONNX Runtime's native library: on the CPU by its C API, else, where that is not reached, or where
 * `ADARAND_RUNTIME=binding` asks for it, by its Node binding.
 */
export const nodeDriver = driver('onnxruntime-node', async (model, options) =>
  (options.device === 'cpu' && !(await whyBinding()) ? cApiDriver : bindingDriver).createSession(
    model,
    options,
  ),
);

/** Why the CPU is used by the Node binding; undefined if the C API is used. */
export async function whyBinding(): Promise<string | undefined> {
  if (process.env.ADARAND_RUNTIME === 'binding') return 'ADARAND_RUNTIME=binding';
  const runtime = await cApi();
  return runtime instanceof Error ? runtime.message : undefined;
}

function driver(
  name: string,
  create: (model: Uint8Array, options: SessionOptions) => Promise<Session>,
): Driver {
  let measured: Promise<number | undefined> | undefined;
  return {
    name,
    createSession: create,
    channelBlock(device) {
      if (device !== 'cpu') return Promise.resolve(undefined);
      measured ??= measureChannelBlock((model) => create(model, { device, threads: 1 }));
      return measured;
    },
    memoryLimit(device) {
      // A graphics card has memory of its own, and says itself when it runs out.
      if (device !== 'cpu') return undefined;
      // What a container may have, where it is limited.
      const allowed = process.constrainedMemory();
      return allowed > 0 ? Math.min(totalmem(), allowed) : totalmem();
    },
  };
}

const providers: Readonly<Partial<Record<Device, string>>> = { cpu: 'cpu', webgpu: 'webgpu', cuda: 'cuda' };

async function createBindingSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const { device, threads } = options;
  const skipped = skippedPasses(options);
  // A native library of its own, which the C API does without.
  const ort = await import('onnxruntime-node');
  const session = await createSession(ort, model, {
    executionProviders: [providers[device] ?? 'cpu'],
    // Planning memory by pattern costs hundreds of megabytes on a training graph, and no time is won.
    enableMemPattern: false,
    // Threads that spin while they wait win little on an idle machine and lose several times as much on a busy one;
    // two sessions (training and evaluation) would keep each other busy.
    extra: {
      session: { intra_op: { allow_spinning: '0' } },
      ...(skipped !== undefined && { [SKIPPED_PASSES_KEY]: skipped }),
    },
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    logSeverityLevel: 3,
  });
  return adaptSession(ort, session, { writesInPlace: true });
}
