import { sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import type { Scope } from '../../nn/network.js';

/**
 * Names the last feature map of each resolution, the coarsest four as `stage1` to `stage4` (or fewer): what the
 * stages of a convolutional network are, seen from outside. `maps` in the order in which they are computed.
 */
export function tapStages(maps: readonly Value[], scope: Scope): void {
  const last = new Map<number, Value>();
  let finest = Number.POSITIVE_INFINITY;
  for (const map of maps) {
    const area = sizeOf(map.shape.slice(2));
    // Squeezed maps (of one pixel) and maps that were enlarged again belong to no stage.
    if (map.shape.length !== 4 || area <= 1 || area > finest) continue;
    finest = area;
    last.set(area, map);
  }
  [...last.values()].slice(-4).forEach((map, i) => {
    scope.tap(`stage${i + 1}`, map);
  });
}
