import { at } from '../../errors.js';
import { reshape } from '../../graph/operators/reshape.js';
import { sameShape, sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import type { Scope } from '../../nn/network.js';

/**
 * Names up to four feature maps `stage1` ... `stage4`, as methods look for them. `values` are what an image becomes on
 * its way through the network, in the order in which they are computed.
 */
export function nameFeatureMaps(values: readonly Value[], scope: Scope): void {
  // Attention has values of rank 4, too; but a vision transformer has no convolution other than its patch embedding.
  const convolves = values.filter((value) => madeBy(value, 'Conv')).length > 1;
  const quarters = convolves ? [] : quartersOf(values);
  const featureMaps = quarters.length > 0 ? quarters : convolutionalStages(values);
  featureMaps.forEach((map, i) => {
    scope.featureMap(`stage${i + 1}`, map);
  });
}

/** The last map [N,C,h,w] of each resolution, of the coarsest four: a convolutional network's stages, seen from outside. */
function convolutionalStages(values: readonly Value[]): Value[] {
  const last = new Map<number, Value>();
  let finest = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const area = sizeOf(value.shape.slice(2));
    // Squeezed maps (of one pixel) and maps that were enlarged again belong to no stage.
    if (value.shape.length !== 4 || area <= 1 || area > finest) continue;
    finest = area;
    last.set(area, value);
  }
  return [...last.values()].slice(-4);
}

/**
 * A transformer's tokens [N,T,D] after each quarter of its residual sums, also where they lie in a grid [N,h,w,D], as those
 * of a Swin do; none where there are fewer than four sums.
 */
function quartersOf(values: readonly Value[]): Value[] {
  const [rows, grids] = [3, 4].map((rank) => values.filter((value) => isResidualSum(value, rank)));
  const sums = rows !== undefined && rows.length >= 4 ? rows : (grids ?? []);
  if (sums.length < 4) return [];
  return [1, 2, 3, 4].map((quarter) => inRows(at(sums, Math.ceil((quarter * sums.length) / 4) - 1)));
}

function inRows(value: Value): Value {
  const [images, ...rest] = value.shape;
  if (images === undefined || rest.length === 2) return value;
  return reshape(value, [images, sizeOf(rest.slice(0, -1)), at(rest, rest.length - 1)]);
}

/** Whether two computed values of one shape are added: not a bias, nor a table of positions. */
function isResidualSum({ shape, origin }: Value, rank: number): boolean {
  if (shape.length !== rank || origin.kind !== 'node' || origin.node.operator.name !== 'Add') return false;
  return origin.node.inputs.every((value) => value.origin.kind === 'node' && sameShape(value.shape, shape));
}

function madeBy({ origin }: Value, operator: string): boolean {
  return origin.kind === 'node' && origin.node.operator.name === operator;
}
