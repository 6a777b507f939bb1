import { relu } from '../../src/graph/operators/relu.js';
import { backbone } from '../../src/nn/backbone.js';
import { batchNorm, conv, globalAveragePool, linear } from '../../src/nn/layers.js';
import type { Network } from '../../src/nn/network.js';
import { batchNormSpecs, convSpecs, linearSpecs } from '../../src/nn/specs.js';

/** Two convolutions and a linear layer for images of 8 x 8 pixels: the smallest with all that methods look at. */
export function tinyNetwork(featureSize: number): Network {
  return backbone(
    {
      name: 'tiny',
      modelType: 'tiny',
      featureSize,
      preprocessing: { imageSize: 8, resizeSize: 8, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      head: ['head'],
      groups: [
        { name: 'conv1', specs: [...convSpecs('conv1', 4, 3, 3), ...batchNormSpecs('bn1', 4)] },
        { name: 'conv2', specs: convSpecs('conv2', 6, 4, 3) },
        { name: 'linear', specs: linearSpecs('linear', featureSize, 6) },
      ],
      features(images, scope) {
        const first = relu(batchNorm(scope, conv(scope, images, 'conv1', { stride: 2 }), 'bn1'));
        scope.featureMap('stage1', first);
        const second = relu(conv(scope, first, 'conv2', { stride: 2 }));
        scope.featureMap('stage2', second);
        return linear(scope, globalAveragePool(second), 'linear');
      },
    },
    { seed: 3 },
  );
}
