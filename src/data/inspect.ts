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

/** What is known of files from before. A file is told apart from what it was by its stamp: another after each writing of it. */
export interface RememberedFiles {
  get(path: string, stamp: string): Identity | undefined;
  /** What a file is now. One that was written just before is left out: it might be written again without another stamp. */
  add(path: string, stamp: string, identity: Identity): void;
}

/** Milliseconds in which a file system may give two writings of a file the same time. */
const SAME_TIME = 2500;

/** Enough to see whether there is anything to see, and to know it again. */
const uncachedSide = 64;

/**
 * Opens and fully decodes every file once, so that a damaged one is known before training and not in its third
 * hour. What was decoded is offered to the cache; what it knows of a file already, from an earlier run of this process, or
 * what is remembered, is taken from there, unless the file was written since.
 */
export async function inspectImages(
  paths: readonly string[],
  {
    cache,
    remembered,
    onProgress,
  }: {
    readonly cache?: ImageCache | undefined;
    readonly remembered?: RememberedFiles | undefined;
    readonly onProgress?: ((done: number, total: number) => void) | undefined;
  },
): Promise<Inspection> {
  const identities = new Map<string, Identity>();
  const reasons = new Map<string, string>();
  let done = 0;
  const inspect = async (path: string) => {
    try {
      const { stamp, isSettled } = await stampOf(path);
      const known = cache?.known(path, stamp) ?? remembered?.get(path, stamp);
      const identity = known ?? (await lookAt(path));
      identities.set(path, identity);
      cache?.remember(path, { stamp, identity });
      if (isSettled) remembered?.add(path, stamp, identity);
    } catch (error) {
      reasons.set(path, decodeFailure(error));
    }
    onProgress?.(++done, paths.length);
  };
  const lookAt = async (path: string): Promise<Identity> => {
    const bytes = await readFile(path);
    const image = await decodeImage(bytes, cache?.shorterSide ?? uncachedSide);
    cache?.offer(path, image);
    return identifyFile(bytes, image);
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
async function stampOf(path: string): Promise<{ readonly stamp: string; readonly isSettled: boolean }> {
  const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs, ctimeMs } = await stat(path, { bigint: true });
  const age = Date.now() - Math.max(Number(mtimeMs), Number(ctimeMs));
  return { stamp: [dev, ino, size, mtimeNs, ctimeNs].join(' '), isSettled: age > SAME_TIME };
}
