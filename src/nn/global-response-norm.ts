import { add, div, max, mul, reduceMean, reduceSum, sqrt } from '../graph/ops.js';
import type { Value } from '../graph/value.js';
import { zero } from './initializers.js';
import type { Scope } from './network.js';
import type { TensorSpec } from './specs.js';

/**
 * Global response normalisation (Woo et al. 2023) of x [N,H,W,C]: each channel times its norm over the map, relative to
 * the mean of all channels' norms, with a scale and an offset per channel; added to x.
 */
export function globalResponseNorm(scope: Scope, x: Value, name: string): Value {
  // Clamped under the root, whose derivative at 0 is infinite: a channel may be 0 everywhere.
  const norms = sqrt(max(reduceSum(mul(x, x), [1, 2]), 1e-30));
  const relative = div(norms, add(reduceMean(norms, [3]), 1e-6));
  const scaled = mul(mul(x, relative), scope.parameter(`${name}.weight`));
  return add(x, add(scaled, scope.parameter(`${name}.bias`)));
}

/** Scale and offset, from 0 on: at first it changes nothing. */
export function globalResponseNormSpecs(name: string, width: number): TensorSpec[] {
  return [
    { name: `${name}.weight`, shape: [width], role: 'norm', initial: zero },
    { name: `${name}.bias`, shape: [width], role: 'norm', initial: zero },
  ];
}
