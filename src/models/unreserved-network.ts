import type { Network, Scope } from '../nn/network.js';
import { isReserved } from '../training/reserved-names.js';

/**
 * The same network, with other names for the tensors that are called like something in the graphs of a run: the
 * projection of a CLIP is `head.weight` in timm, as a run's new head is.
 */
export function unreservedNetwork(network: Network): Network {
  const { parameters, groups, buffers, features, toFile } = network;
  const own = [...parameters.keys(), ...buffers.keys()];
  const renamed = new Map(own.filter(isReserved).map((name) => [name, `weights.${name}`]));
  if (renamed.size === 0) return network;
  const before = new Map([...renamed].map(([name, now]) => [now, name]));
  const nameOf = (name: string) => renamed.get(name) ?? name;
  const entries = <T>(map: ReadonlyMap<string, T>, rename: (name: string) => string) =>
    new Map([...map].map(([name, value]) => [rename(name), value]));
  const scoped = (scope: Scope): Scope => ({
    parameter: (name) => scope.parameter(nameOf(name)),
    buffer: (name) => scope.buffer(nameOf(name)),
    normalisesByBatch: (scale) => scope.normalisesByBatch(nameOf(scale)),
    updateBuffer: (name, next) => scope.updateBuffer(nameOf(name), next),
    featureMap: (role, value) => scope.featureMap(role, value),
  });
  return {
    ...network,
    parameters: entries(parameters, nameOf),
    groups: groups.map((group) => ({ ...group, parameters: group.parameters.map(nameOf) })),
    buffers: entries(buffers, nameOf),
    features: (images, scope) => features(images, scoped(scope)),
    ...(toFile && { toFile: (tensors) => toFile(entries(tensors, (name) => before.get(name) ?? name)) }),
  };
}
