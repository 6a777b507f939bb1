import { AdarandError, at } from '../errors.js';
import type { Device } from '../graph/device.js';
import { copiesOf, cudaCopies } from './c-api/copies.js';
import { openMemory } from './c-api/native-memory.js';
import { cApi } from './c-api/runtime.js';
import { createBoundSession, type Runtime } from './c-api/session.js';
import { CapturedSession } from './captured-session.js';
import { measureChannelBlock } from './channel-block.js';
import { openCuda } from './cuda/find-cuda.js';
import type { DeviceMemory } from './device-memory.js';
import type { Driver, Session, SessionOptions } from './driver.js';
import { failed } from './failed.js';
import { memoryLimit } from './memory-limit.js';
import { adaptSession, createSession } from './onnxruntime.js';
import { SKIPPED_PASSES_KEY, skippedPasses } from './skipped-passes.js';

/** By its Node binding, which copies all that a run puts out, and blocks this thread: use it in a process of its own. */
export const bindingDriver = driver('onnxruntime-node', {
  createSession: createBindingSession,
  memory: () => Promise.resolve(undefined),
});

/** By its C API: nothing is copied that need not be; but for cuda, this thread stays free. */
export const cApiDriver = driver('onnxruntime-c-api', {
  createSession: async (model, options) => {
    const runtime = await reached(options.device);
    const open = (captures: boolean) => createBoundSession(runtime, model, { ...options, captures });
    const memory = options.device === 'cuda' ? await memoryOf(options.device) : undefined;
    if (memory === undefined || process.env.ADARAND_CUDA_GRAPHS === 'off') return open(false);
    return CapturedSession.open(open, { memory, say: options.say ?? (() => {}) });
  },
  memory: memoryOf,
});

const memories = new Map<Device, Promise<DeviceMemory | undefined>>();

function memoryOf(device: Device): Promise<DeviceMemory | undefined> {
  const known = memories.get(device) ?? reached(device).then((runtime) => openNativeMemory(runtime, device));
  memories.set(device, known);
  return known;
}

async function openNativeMemory(runtime: Runtime, device: Device): Promise<DeviceMemory | undefined> {
  const copy = device === 'cuda' ? await cudaCopies(runtime, (await openCuda()).cudart) : copiesOf(runtime);
  return openMemory(runtime, device, copy);
}

/** cuda has an ONNX Runtime of its own, which nothing else loads. */
async function reached(device: Device): Promise<Runtime> {
  const runtime = device === 'cuda' ? await cApi((await openCuda()).onnxruntime.library) : await cApi();
  if (runtime instanceof Error) throw failed('be called by its C API', runtime);
  return runtime;
}

/**
 * ONNX Runtime's native library: by its C API, else, where that is not reached, or where `ADARAND_RUNTIME=binding` asks for
 * it, by its Node binding. For cuda, only by the C API: the binding computes in TF32 there, whatever is asked for.
 */
export const nodeDriver = driver('onnxruntime-node', {
  createSession: async (model, options) => (await preferred(options.device)).createSession(model, options),
  memory: async (device) => (await preferred(device)).memory(device),
});

async function preferred(device: Device): Promise<Driver> {
  return (await whyBinding(device)) === undefined ? cApiDriver : bindingDriver;
}

/** Why the Node binding is used; undefined if the C API is. */
export async function whyBinding(device: Device): Promise<string | undefined> {
  if (device === 'cuda') return undefined;
  if (process.env.ADARAND_RUNTIME === 'binding') return 'ADARAND_RUNTIME=binding';
  const runtime = await cApi();
  return runtime instanceof Error ? runtime.message : undefined;
}

function driver(
  name: string,
  { createSession: create, memory }: Pick<Driver, 'createSession' | 'memory'>,
): Driver {
  let measured: Promise<number | undefined> | undefined;
  return {
    name,
    createSession: create,
    memory,
    channelBlock(device) {
      if (device !== 'cpu') return Promise.resolve(undefined);
      measured ??= measureChannelBlock((model) => create(model, { device, threads: 1 }));
      return measured;
    },
    async memoryLimit(device) {
      if (device === 'cuda') return at((await openCuda()).cards, 0).memoryBytes;
      // Nothing tells how much WebGPU can have: it says itself when it runs out.
      return device === 'cpu' ? memoryLimit() : undefined;
    },
  };
}

/** Of the binding: it has no WebAssembly, and computes in TF32 with CUDA. */
const providers: Readonly<Record<Device, string | undefined>> = {
  cpu: 'cpu',
  webgpu: 'webgpu',
  wasm: undefined,
  cuda: undefined,
};

async function createBindingSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const { device, threads } = options;
  const provider = providers[device];
  if (provider === undefined)
    throw new AdarandError(
      'device.unavailable',
      `ONNX Runtime's Node binding does not compute on ${device}`,
      'Use --device cpu, or leave out ADARAND_RUNTIME.',
    );
  const skipped = skippedPasses(options);
  // A native library of its own, which the C API does without.
  const ort = await import('onnxruntime-node');
  const session = await createSession(ort, model, {
    executionProviders: [provider],
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
