import { loadLibrary } from '../c-api/shared-library.js';
import type { CudaLibrary } from './cuda-libraries.js';

/** The version of CUDA's runtime library, such as 13.5. */
export async function cudaRuntimeVersion(library: CudaLibrary | undefined): Promise<string | undefined> {
  if (library === undefined) return undefined;
  const version = new Int32Array(1);
  const read: (version: Int32Array) => number = (await opened(library)).func('cudaRuntimeGetVersion', 'int', [
    'void *',
  ]);
  if (read(version) !== 0) return undefined;
  const [number = 0] = version;
  return `${Math.floor(number / 1000)}.${Math.floor((number % 1000) / 10)}`;
}

/** The version of cuDNN, such as 9.28.1. */
export async function cudnnVersion(library: CudaLibrary | undefined): Promise<string | undefined> {
  if (library === undefined) return undefined;
  const read: () => number = (await opened(library)).func('cudnnGetVersion', 'size_t', []);
  const number = read();
  return `${Math.floor(number / 10_000)}.${Math.floor((number % 10_000) / 100)}.${number % 100}`;
}

/** It is loaded already. */
function opened({ path, name }: CudaLibrary) {
  return loadLibrary(path ?? name);
}
