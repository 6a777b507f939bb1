import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { ImageCache } from './cache.js';
import { decodeFailure, decodeImage } from './decode.js';
import { type Identity, identifyFile } from './identity.js';

export interface Inspection {
  /** Of each readable image, by path. */
  readonly identities: ReadonlyMap<string, Identity>;
  readonly damaged: readonly { readonly path: string; readonly reason: string }[];
}

/** Enough to see whether there is anything to see, and to know it again. */
const uncachedSide = 64;

/**
 * Opens and fully decodes every file once, so that a damaged one is known before training and not in its third
 * hour. What was decoded is offered to the cache; what it knows of a file already, from an earlier run of this process,
 * is taken from there, unless the file was written since.
 */
export async function inspectImages(
  paths: readonly string[],
  cache: ImageCache | undefined,
  onProgress?: (done: number, total: number) => void,
): Promise<Inspection> {
  const identities = new Map<string, Identity>();
  const reasons = new Map<string, string>();
  let done = 0;
  const inspect = async (path: string) => {
    try {
      const stamp = await stampOf(path);
      const known = cache?.known(path, stamp);
      if (known !== undefined) identities.set(path, known);
      else identities.set(path, await lookAt(path, stamp));
    } catch (error) {
      reasons.set(path, decodeFailure(error));
    }
    onProgress?.(++done, paths.length);
  };
  const lookAt = async (path: string, stamp: string): Promise<Identity> => {
    const bytes = await readFile(path);
    const image = await decodeImage(bytes, cache?.shorterSide ?? uncachedSide);
    cache?.offer(path, image);
    const identity = identifyFile(bytes, image);
    cache?.remember(path, { stamp, identity });
    return identity;
  };
  const rest = paths.values();
  const lane = async () => {
    for (const path of rest) await inspect(path);
  };
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, lane));
  const damaged = paths.flatMap((path) => {
    const reason = reasons.get(path);
    return reason === undefined ? [] : [{ path, reason }];
  });
  return { identities, damaged };
}

/** Another one after each writing of the file, or where another file has its name. */
async function stampOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
