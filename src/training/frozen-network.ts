import { didYouMean } from '../did-you-mean.js';
import { AdarandError, at, invariant } from '../errors.js';
import { rewrite } from '../graph/rewrite.js';
import type { Tensor } from '../graph/tensor.js';
import { input, type Value } from '../graph/value.js';
import type { FrozenNetwork } from '../methods/prepare.js';
import type { Network } from '../nn/network.js';
import { recordingScope } from '../nn/scope.js';
import { buildFeatures } from './build-features.js';
import { normalize } from './normalize.js';
import { frozen } from './state-names.js';

/** Features and intermediate maps of images, by the network as it was pretrained, in evaluation mode. */
export function frozenFeatures(network: Network, images: Value) {
  const scope = recordingScope(network, { training: false, rename: frozen });
  return buildFeatures(network, images, scope);
}

/** The tensors that such graphs read, by the names of their inputs. */
export function frozenTensors(network: Network): ReadonlyMap<string, Tensor> {
  const parameters = [...network.parameters].map(([name, { tensor }]): [string, Tensor] => [name, tensor]);
  return new Map([...parameters, ...network.buffers].map(([name, tensor]) => [frozen(name), tensor]));
}

/** The frozen network as methods see it while they prepare. */
export function frozenNetwork(network: Network): FrozenNetwork {
  const { imageSize } = network.preprocessing;
  const trial = input('images', { dtype: 'float32', shape: [1, 3, imageSize, imageSize] });
  return {
    featureMaps: [...frozenFeatures(network, trial).featureMaps.keys()],
    images: (pixels) => normalize(pixels, network.preprocessing),
    features: (images) => frozenFeatures(network, images),
    featuresFrom(role, map, images) {
      const { features, featureMaps } = frozenFeatures(network, images);
      const known = featureMaps.get(role);
      if (known === undefined)
        throw new AdarandError(
          'method.feature-map',
          `${network.name} has no feature map ${role}.${didYouMean(role, featureMaps.keys())}`,
          `Its feature maps are ${[...featureMaps.keys()].join(', ')}.`,
        );
      return replace(features, known, map);
    },
  };
}

/** The same graph with another value in the place of one. */
function replace(output: Value, old: Value, replacement: Value): Value {
  const { origin } = old;
  invariant(origin.kind === 'node', 'a node computes what is replaced');
  const rewritten = rewrite([output], (node) =>
    node === origin.node ? node.outputs.map((each) => (each === old ? replacement : each)) : undefined,
  );
  return at(rewritten, 0);
}
