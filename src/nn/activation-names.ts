import type { Activation } from './activations.js';
import { unknownArchitecture } from './config.js';

/** What timm and transformers call them. */
const names: ReadonlyMap<string, Activation> = new Map([
  ['relu', 'relu'],
  ['relu6', 'relu6'],
  ['hard_swish', 'hard-swish'],
  ['hardswish', 'hard-swish'],
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['gelu', 'gelu'],
  ['gelu_tanh', 'gelu-tanh'],
  ['gelu_pytorch_tanh', 'gelu-tanh'],
  ['gelu_new', 'gelu-tanh'],
  ['quick_gelu', 'quick-gelu'],
]);

/**
 * A nonlinearity by the name that a library's configuration has for it.
 *
 * @throws AdarandError `model.architecture` for one that is not known here.
 */
export function activationNamed(name: string): Activation {
  const activation = names.get(name);
  if (activation === undefined) throw unknownArchitecture(`A network with the activation ${name}`);
  return activation;
}
