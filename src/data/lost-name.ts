/**
 * Whether a name may be one that is no UTF-8: the bytes that were none are lost, and what is made of the rest is not
 * found.
 */
export function isLostName(path: string): boolean {
  return path.includes('\ufffd');
}
