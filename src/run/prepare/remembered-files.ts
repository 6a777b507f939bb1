import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { z } from 'zod';
import { decoderVersion, type Identity, isDescriptor, type RememberedFiles } from '../../data/index.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { keepInCache, readFromCache } from './cache-folder.js';

/** Increased when something else is found out about the same file. */
const VERSION = 3;

/** Of more files, what is remembered takes long to read itself. */
const MOST_FILES = 200_000;

const fileSchema = z.tuple([
  /** Its path inside the folder, with slashes. */
  z.string(),
  /** See `RememberedFiles`. */
  z.string(),
  z.string().regex(/^[0-9a-f]{64}$/),
  z.boolean(),
  z.int().min(1),
  z.string().refine(isDescriptor).nullable(),
]);

const storedSchema = z.array(fileSchema);

type StoredFile = z.infer<typeof fileSchema>;

/**
 * Reads a folder of images with what earlier processes have found out about its files: one that was not written since is not
 * decoded again to know it. `shorterSide` is that to which images are decoded, on which this depends. What is remembered is
 * kept beside the features of frozen networks.
 */
export async function withRememberedFiles<T>(
  folder: string,
  shorterSide: number,
  read: (remembered: RememberedFiles) => Promise<T>,
): Promise<T> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined) return read({ get: () => undefined, add: () => {} });
  const name = `files-${keyOf(real, shorterSide)}.json`;
  const nameOf = (file: string) => relative(folder, file).split(sep).join('/');
  const text = (await readFromCache(name, (path) => readFile(path, 'utf8'))) ?? '';
  const stored = new Map(parseRememberedFiles(text).map((file) => [file[0], file]));
  const found: StoredFile[] = [];
  const result = await read({
    get(file, stamp) {
      const known = stored.get(nameOf(file));
      return known?.[1] === stamp ? identityOf(known) : undefined;
    },
    add(file, stamp, { digest, blank, shorterSide: side, descriptor }) {
      found.push([nameOf(file), stamp, digest, blank, side, descriptor ?? null]);
    },
  });
  found.sort(([a], [b]) => (a < b ? -1 : 1));
  const wanted = JSON.stringify(found);
  if (found.length > 0 && found.length <= MOST_FILES && wanted !== text)
    await keepInCache(name, (path) => writeFileAtomic(path, wanted));
  return result;
}

/** Nothing of what is not as `withRememberedFiles` writes it. */
export function parseRememberedFiles(text: string): readonly StoredFile[] {
  try {
    return storedSchema.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

function identityOf([, , digest, blank, shorterSide, descriptor]: StoredFile): Identity {
  return { digest, blank, shorterSide, descriptor: descriptor ?? undefined };
}

function keyOf(folder: string, shorterSide: number): string {
  const parts = JSON.stringify([VERSION, decoderVersion, folder, shorterSide]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 32);
}
