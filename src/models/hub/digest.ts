import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/**
 * The hub's name of a file's content, by which it is kept in the cache: SHA-256 of a large file (Git LFS), and for the
 * others Git's own, SHA-1 of `blob SIZE`, a zero byte and the content.
 */
export type Etag = string;

export function isEtag(text: string): text is Etag {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** To be fed with a content of this size; its hex digest is then equal to the etag. */
export function hashFor(etag: Etag, size: number): Hash {
  return etag.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
}

/** Feeds hashes with the content of a file. */
export async function hashFile(path: string, hashes: readonly Hash[]): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    for (const hash of hashes) hash.update(chunk);
  }
}
