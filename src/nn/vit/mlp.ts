import { at } from '../../errors.js';
import { mul, split } from '../../graph/ops.js';
import type { Value } from '../../graph/value.js';
import { activations } from '../activations.js';
import { linear } from '../layers.js';
import type { Scope } from '../network.js';
import { linearSpecs, type TensorSpec } from '../specs.js';
import type { VitDesign } from './options.js';

/** Two linear layers with a nonlinearity between them, of tokens [N,T,D]. */
export function mlp(
  scope: Scope,
  x: Value,
  name: string,
  { mlp: { activation } }: Pick<VitDesign, 'mlp'>,
): Value {
  const hidden = linear(scope, x, `${name}.fc1`);
  if (activation !== 'swiglu') return linear(scope, activations[activation](hidden), `${name}.fc2`);
  const halves = split(hidden, 2, 2);
  return linear(scope, mul(activations.silu(at(halves, 0)), at(halves, 1)), `${name}.fc2`);
}

export function mlpSpecs(name: string, { width, mlp }: Pick<VitDesign, 'width' | 'mlp'>): TensorSpec[] {
  const { hidden, activation } = mlp;
  return [
    ...linearSpecs(`${name}.fc1`, activation === 'swiglu' ? 2 * hidden : hidden, width),
    ...linearSpecs(`${name}.fc2`, width, hidden),
  ];
}
