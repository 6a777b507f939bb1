import { relative, sep } from 'node:path';
import { isEtag } from './digest.js';

/**
 * Where the files of a snapshot are really kept, if a folder is one or is in one: the repository's own contents, and
 * those that Python's huggingface_hub shares between repositories. A link to there leads to a file of the model.
 */
export function isKeptFor(folder: string, file: string): boolean {
  const match = /^(.*)[\\/](models--[^\\/]+)[\\/]snapshots[\\/][0-9a-f]{40}(?:[\\/]|$)/.exec(folder);
  const [, cache, name] = match ?? [];
  if (cache === undefined || name === undefined) return false;
  const inside = relative(cache, file).split(sep).join('/');
  return (
    (inside.startsWith(`${name}/blobs/`) && isEtag(inside.slice(name.length + 7))) ||
    /^blobs\/[0-9a-f]{2}\/[0-9a-f]{64}$/.test(inside)
  );
}
