import { at } from '../errors.js';
import { mul, reshape, sigmoid } from '../graph/ops.js';
import type { Value } from '../graph/value.js';
import { type Activation, activations } from './activations.js';
import { heNormal, zero } from './initializers.js';
import { globalAveragePool, linear } from './layers.js';
import type { Scope } from './network.js';
import type { TensorSpec } from './specs.js';

/**
 * Squeeze-and-excitation (Hu et al. 2018) of x [N,C,H,W]: each channel times a gate between 0 and 1, computed from all
 * channels' means by two layers `name.fc1` and `name.fc2`, which files hold as 1 x 1 convolutions.
 */
export function squeezeExcite(
  scope: Scope,
  x: Value,
  name: string,
  { activation = 'relu', gate = sigmoid }: { activation?: Activation; gate?: (x: Value) => Value } = {},
): Value {
  const hidden = activations[activation](linear(scope, globalAveragePool(x), `${name}.fc1`));
  const [batch, channels] = [at(x.shape, 0), at(x.shape, 1)];
  return mul(x, reshape(gate(linear(scope, hidden, `${name}.fc2`)), [batch, channels, 1, 1]));
}

export function squeezeExciteSpecs(name: string, channels: number, hidden: number): TensorSpec[] {
  const layer = (which: string, out: number, width: number): TensorSpec[] => [
    { name: `${name}.${which}.weight`, shape: [out, width, 1, 1], role: 'weight', initial: heNormal },
    { name: `${name}.${which}.bias`, shape: [out], role: 'bias', initial: zero },
  ];
  return [...layer('fc1', hidden, channels), ...layer('fc2', channels, hidden)];
}
