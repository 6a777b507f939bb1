import * as ort from 'onnxruntime-web';
import type { Driver } from './driver.js';
import { adaptSession, createSession } from './onnxruntime.js';

/** ONNX Runtime compiled to WebAssembly, in a browser or in Node; WebGPU where the browser has it. */
export const webDriver: Driver = {
  name: 'onnxruntime-web',
  channelBlock: () => Promise.resolve(undefined),
  memory: () => Promise.resolve(undefined),
  // That is as far as addresses of WebAssembly reach.
  memoryLimit: (device) => Promise.resolve(device === 'wasm' ? 2 ** 32 : undefined),
  async createSession(model, { device, threads }) {
    if (threads !== undefined) ort.env.wasm.numThreads = threads;
    ort.env.logLevel = 'error';
    const session = await createSession(ort, model, {
      executionProviders: [device === 'webgpu' ? 'webgpu' : 'wasm'],
      enableMemPattern: false,
    });
    return adaptSession(ort, session, { writesInPlace: false });
  },
};
