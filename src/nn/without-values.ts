import type { Tensor } from '../graph/tensor.js';
import type { Network } from './network.js';

/**
 * The network without the values of its parameters and buffers, for when they are kept elsewhere: names, shapes and
 * graph are the same. Whoever would write its tensors to a file fails, because they have no elements.
 */
export function withoutValues(network: Network): Network {
  const parameters = new Map(
    [...network.parameters].map(([name, { kind, tensor }]) => [name, { kind, tensor: emptied(tensor) }]),
  );
  const buffers = new Map([...network.buffers].map(([name, tensor]) => [name, emptied(tensor)]));
  return { ...network, parameters, buffers };
}

function emptied({ dtype, shape }: Tensor<'float32'>): Tensor<'float32'> {
  return { dtype, shape, data: new Float32Array() };
}
