import type { Device } from '../../graph/device.js';
import type { Precision } from '../precision.js';
import type { Api } from './api.js';

export interface ProviderOptions {
  readonly device: Device;
  /** float32 unless given; the other is cuda's alone. */
  readonly precision?: Precision | undefined;
  /** Whether runs with the number of a graph are captured and replayed. */
  readonly captures?: boolean | undefined;
}

/** Has a session compute on a device; what the device has no kernel for is computed on the CPU. */
export function appendProvider(api: Api, sessionOptions: bigint, options: ProviderOptions): void {
  if (options.device === 'webgpu') appendWebGpu(api, sessionOptions, options);
  if (options.device === 'cuda') appendCuda(api, sessionOptions, options);
}

/** What ONNX Runtime calls the memory of a device that has its own. */
export const memoryNames: Readonly<Partial<Record<Device, string>>> = { webgpu: 'WebGPU_Buf', cuda: 'Cuda' };

function appendWebGpu(api: Api, sessionOptions: bigint, { captures }: ProviderOptions): void {
  if (captures === true)
    api.call('addSessionConfigEntry', sessionOptions, 'ep.webgpuexecutionprovider.enableGraphCapture', '1');
  api.call('appendExecutionProvider', sessionOptions, 'WebGPU', null, null, 0);
}

/** The card is the first that the process sees: `CUDA_VISIBLE_DEVICES` chooses another. */
function appendCuda(api: Api, sessionOptions: bigint, { precision, captures }: ProviderOptions): void {
  const given = {
    // ONNX Runtime's default is TF32.
    use_tf32: precision === 'tf32' ? '1' : '0',
    enable_cuda_graph: captures === true ? '1' : '0',
    arena_extend_strategy: 'kSameAsRequested',
  };
  const options = api.make('createCudaProviderOptions');
  try {
    const [keys, values] = [api.texts(Object.keys(given)), api.texts(Object.values(given))];
    api.call('updateCudaProviderOptions', options, keys.addresses, values.addresses, keys.addresses.length);
    api.call('appendCudaProvider', sessionOptions, options);
  } finally {
    api.call('releaseCudaProviderOptions', options);
  }
}
