import type { LibraryHandle } from 'koffi';

/** Bytes of stack that a call on another thread has: kernels need more than the usual 256 KB. */
const STACK = 8 << 20;

/** A library that nothing refers to any more is unloaded, and its functions with it, whoever still has their addresses. */
const loaded = new Map<string, LibraryHandle>();

/**
 * A shared library of the system, by its path, or by its name where the system's loader is to look for it. It stays loaded.
 *
 * @throws Error with the loader's words; and if koffi, which calls it, is not there.
 */
export async function loadLibrary(path: string): Promise<LibraryHandle> {
  const { default: koffi } = await import('koffi');
  const known = loaded.get(path);
  if (known !== undefined) return known;
  // It can be set until the first library is loaded.
  if (loaded.size === 0) koffi.config({ async_stack_size: STACK });
  const library = koffi.load(path);
  loaded.set(path, library);
  return library;
}
