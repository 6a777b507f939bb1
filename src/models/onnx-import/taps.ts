import { sameShape, sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import type { Scope } from '../../nn/network.js';

/**
 * Names up to four maps `stage1` ... `stage4`, as methods look for them. `maps` are the values that an image goes through,
 * in the order in which they are computed.
 */
export function tapStages(maps: readonly Value[], scope: Scope): void {
  // Attention has maps of rank 4, too; but a vision transformer has no convolution other than its patch embedding.
  const convolves = maps.filter((map) => madeBy(map, 'Conv')).length > 1;
  const quarters = convolves ? [] : quartersOf(maps);
  const taps = quarters.length > 0 ? quarters : convolutionalStages(maps);
  taps.forEach((map, i) => {
    scope.featureMap(`stage${i + 1}`, map);
  });
}

/** The last map [N,C,h,w] of each resolution, of the coarsest four: a convolutional network's stages, seen from outside. */
function convolutionalStages(maps: readonly Value[]): Value[] {
  const last = new Map<number, Value>();
  let finest = Number.POSITIVE_INFINITY;
  for (const map of maps) {
    const area = sizeOf(map.shape.slice(2));
    // Squeezed maps (of one pixel) and maps that were enlarged again belong to no stage.
    if (map.shape.length !== 4 || area <= 1 || area > finest) continue;
    finest = area;
    last.set(area, map);
  }
  return [...last.values()].slice(-4);
}

/** A transformer's tokens [N,T,D] after each quarter of its residual sums; none where there are fewer than four. */
function quartersOf(maps: readonly Value[]): Value[] {
  const sums = maps.filter(isResidualSum);
  if (sums.length < 4) return [];
  return [1, 2, 3, 4].flatMap((quarter) => sums[Math.ceil((quarter * sums.length) / 4) - 1] ?? []);
}

/** Whether two computed values of one shape are added: not a bias, nor a table of positions. */
function isResidualSum({ shape, origin }: Value): boolean {
  if (shape.length !== 3 || origin.kind !== 'node' || origin.node.operator.name !== 'Add') return false;
  return origin.node.inputs.every((value) => value.origin.kind === 'node' && sameShape(value.shape, shape));
}

function madeBy({ origin }: Value, operator: string): boolean {
  return origin.kind === 'node' && origin.node.operator.name === operator;
}
