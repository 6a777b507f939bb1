import { join } from 'node:path';
import { messageOf } from '../../errors.js';
import { loadLibrary } from '../c-api/shared-library.js';
import { neededLibraries } from './elf.js';
import { namesIn } from './python-environments.js';

/** The library of NVIDIA's driver, which no package brings. */
export const DRIVER_LIBRARY = 'libcuda.so.1';

/** The libraries that an ONNX Runtime with CUDA uses. */
export interface CudaNeeds {
  /** The major version of CUDA that it was built for. */
  readonly cuda: number;
  readonly needed: readonly string[];
  /** What it opens by itself, for operators that training has none of. */
  readonly optional: readonly string[];
}

/** The libraries that a CUDA provider needs; undefined if it is linked with none. @throws AdarandError `cuda.library`. */
export async function needsOf(provider: string): Promise<CudaNeeds | undefined> {
  const linked = (await neededLibraries(provider)).filter(isOfCuda);
  const major = linked
    .map((name) => /^libcudart[.]so[.](\d+)$/.exec(name)?.[1])
    .find((each) => each !== undefined);
  if (major === undefined) return undefined;
  const cuda = Number(major);
  const missing = (names: readonly string[]) => names.filter((name) => !linked.includes(name));
  return {
    cuda,
    // Newer providers open cuDNN when they first use it.
    needed: [...linked, ...missing(['libcudnn.so.9'])],
    optional: missing([`libcufft.so.${cuda - 1}`, `libnvrtc.so.${cuda}`]),
  };
}

function isOfCuda(name: string): boolean {
  return /^lib(cu|nv)/.test(name) && name !== DRIVER_LIBRARY;
}

/** A library that is loaded, or why it is not. */
export interface CudaLibrary {
  readonly name: string;
  /** Its file, where it was in one of the folders; the loader of the system found the others. */
  readonly path: string | undefined;
  readonly missing: string | undefined;
}

/**
 * Loads libraries, each after those that it needs itself: from these folders, else as the system's loader finds them, by
 * `LD_LIBRARY_PATH` and its cache. A library that is loaded is found by its name from then on, wherever its file is.
 */
export async function loadCudaLibraries(
  names: readonly string[],
  folders: readonly string[],
): Promise<readonly CudaLibrary[]> {
  const paths = new Map<string, string>();
  for (const folder of [...folders].reverse())
    for (const name of await namesIn(folder)) if (isOfCuda(name)) paths.set(name, join(folder, name));
  const loaded = new Map<string, CudaLibrary>();
  const load = async (name: string): Promise<void> => {
    if (loaded.has(name)) return;
    const path = paths.get(name);
    loaded.set(name, { name, path, missing: undefined });
    try {
      if (path !== undefined)
        for (const below of await neededLibraries(path)) if (isOfCuda(below)) await load(below);
      await loadLibrary(path ?? name);
    } catch (error) {
      loaded.set(name, { name, path, missing: messageOf(error) });
    }
  };
  for (const name of names) await load(name);
  return names.flatMap((name) => loaded.get(name) ?? []);
}
