import { AdarandError } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import { input, type Value } from '../graph/value.js';
import type { Network, Scope } from './network.js';

/** A scope that makes every tensor an input of the graph under its own name, and records feature maps and updates of buffers. */
export interface RecordingScope extends Scope {
  /** The tensors that the network asked for. */
  readonly parameters: ReadonlyMap<string, Value>;
  readonly buffers: ReadonlyMap<string, Value>;
  readonly bufferUpdates: ReadonlyMap<string, Value>;
  readonly featureMaps: ReadonlyMap<string, Value>;
}

export interface ScopeOptions {
  /** Whether normalisations use the batch's own statistics: all, none, or those with such a scale. */
  readonly training: boolean | ((scale: string) => boolean);
  /** The input's name for a tensor: another copy of it, such as an average. Its own name unless given. */
  readonly rename?: ((name: string) => string) | undefined;
}

export function recordingScope(
  network: Pick<Network, 'name' | 'parameters' | 'buffers'>,
  { training, rename = (name) => name }: ScopeOptions,
): RecordingScope {
  const parameters = new Map<string, Value>();
  const buffers = new Map<string, Value>();
  const bufferUpdates = new Map<string, Value>();
  const featureMaps = new Map<string, Value>();
  const once = (
    made: Map<string, Value>,
    name: string,
    tensor: Tensor | undefined,
    inputName = name,
  ): Value => {
    const before = made.get(name);
    if (before !== undefined) return before;
    if (tensor === undefined)
      throw new AdarandError(
        'model.missing-tensor',
        `${network.name} has no tensor ${name}`,
        'Its weights are not those of this architecture: download or export the model again.',
      );
    const value = input(inputName, tensor);
    made.set(name, value);
    return value;
  };
  return {
    normalisesByBatch: (scale) => (typeof training === 'boolean' ? training : training(scale)),
    parameter: (name) => once(parameters, name, network.parameters.get(name)?.tensor, rename(name)),
    buffer: (name) => once(buffers, name, network.buffers.get(name), rename(name)),
    updateBuffer: (name, next) => bufferUpdates.set(name, next),
    featureMap: (role, value) => featureMaps.set(role, value),
    parameters,
    buffers,
    bufferUpdates,
    featureMaps,
  };
}
