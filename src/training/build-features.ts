import { at } from '../errors.js';
import type { Value } from '../graph/value.js';
import { fuse } from '../lowering/fuse.js';
import type { Network } from '../nn/network.js';
import type { RecordingScope } from '../nn/scope.js';

/**
 * Features [N,d] of normalised images [N,3,H,W] and the feature maps that the network names on the way, in their fused
 * form. What the scope has recorded is then of that form, too: feature maps and updates of buffers.
 */
export function buildFeatures(network: Network, images: Value, scope: RecordingScope) {
  const plain = network.features(images, scope);
  const maps = [...scope.featureMaps];
  const updates = [...scope.bufferUpdates];
  const fused = fuse([plain, ...maps.map(([, map]) => map), ...updates.map(([, next]) => next)]);
  maps.forEach(([role], i) => {
    scope.featureMap(role, at(fused, 1 + i));
  });
  updates.forEach(([name], i) => {
    scope.updateBuffer(name, at(fused, 1 + maps.length + i));
  });
  return { features: at(fused, 0), featureMaps: scope.featureMaps };
}
