/** Why a file with such a name cannot be read. */
export const LOST_NAME = 'a name that is not UTF-8';

/**
 * Whether a name may be one that is no UTF-8: the bytes that were none are lost, and what is made of the rest is not
 * found.
 */
export function isLostName(path: string): boolean {
  return path.includes('\ufffd');
}
