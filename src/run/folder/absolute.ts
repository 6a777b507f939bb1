import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** A path as an absolute path; a reference that is not a path (a name) is returned unchanged. */
export function absolute(reference: string): string {
  return existsSync(reference) ? resolve(reference) : reference;
}
