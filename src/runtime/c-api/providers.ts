import type { Device } from '../../graph/device.js';
import type { Api } from './api.js';

/** Has a session compute on a device; what the device has no kernel for is computed on the CPU. */
export function appendProvider(api: Api, sessionOptions: bigint, device: Device): void {
  if (device === 'webgpu') api.call('appendExecutionProvider', sessionOptions, 'WebGPU', null, null, 0);
  if (device === 'cuda') appendCuda(api, sessionOptions);
}

/** What ONNX Runtime calls the memory of a device that has its own. */
export const memoryNames: Readonly<Partial<Record<Device, string>>> = { webgpu: 'WebGPU_Buf', cuda: 'Cuda' };

/** Products are in float32: TF32, which is ONNX Runtime's default, has 10 bits of mantissa instead of 23. */
const cudaOptions = { use_tf32: '0', arena_extend_strategy: 'kSameAsRequested' } as const;

function appendCuda(api: Api, sessionOptions: bigint): void {
  const options = api.make('createCudaProviderOptions');
  try {
    const [keys, values] = [api.texts(Object.keys(cudaOptions)), api.texts(Object.values(cudaOptions))];
    api.call('updateCudaProviderOptions', options, keys.addresses, values.addresses, keys.addresses.length);
    api.call('appendCudaProvider', sessionOptions, options);
  } finally {
    api.call('releaseCudaProviderOptions', options);
  }
}
