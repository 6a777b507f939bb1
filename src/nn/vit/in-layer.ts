import type { Rename } from '../naming/naming.js';

/** Names in each of a transformer's blocks. */
export function inLayer(
  layer: string,
  names: readonly (readonly [ours: string, theirs: string | readonly string[]])[],
): Rename[] {
  return names.map(([ours, theirs]) => ({
    ours: `blocks.*.${ours}`,
    theirs: typeof theirs === 'string' ? `${layer}.${theirs}` : theirs.map((name) => `${layer}.${name}`),
  }));
}
