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
function hashFor(etag: Etag, size: number): Hash {
  return etag.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
}

/** The SHA-256 of a file, if its content is the one that the etag names. */
export async function sha256IfWhole(
  path: string,
  { etag, size }: { readonly etag: Etag; readonly size: number },
): Promise<string | undefined> {
  const named = hashFor(etag, size);
  const sha256 = createHash('sha256');
  const large = etag.length === 64;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    named.update(chunk);
    if (!large) sha256.update(chunk);
  }
  if (named.digest('hex') !== etag) return undefined;
  return large ? etag : sha256.digest('hex');
}
