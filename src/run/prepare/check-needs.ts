import { AdarandError } from '../../errors.js';
import { zeros } from '../../graph/tensor.js';
import type { BoundMethod } from '../../methods/method.js';
import { exportPieces } from '../../models/export/onnx.js';
import type { Network } from '../../nn/network.js';
import { frozenNetwork } from '../../training/frozen-network.js';

/**
 * Whether the network, with a head of this many classes, can be written as the model that training ends in.
 *
 * @throws AdarandError as `exportPieces` does.
 */
export function checkExport(network: Network, classes: readonly string[]): void {
  const weight = zeros('float32', [classes.length, network.featureSize]);
  exportPieces({ network, head: { weight, bias: zeros('float32', [classes.length]), classes } });
}

/**
 * Whether the network has what the method needs.
 *
 * @throws AdarandError `method.needs-pretrained-head`, `method.needs-feature-maps`.
 */
export function checkNetwork(method: BoundMethod, network: Network): void {
  if (method.needs.includes('pretrainedLogits') && network.pretrainedHead === undefined)
    throw new AdarandError(
      'method.needs-pretrained-head',
      `${method.name} needs the classifier that the network was pretrained with, and ${network.name} has none`,
      'Choose a model that was pretrained by supervised classification and still has its head.',
    );
  const looksInside = method.needs.includes('featureMaps') || method.needs.includes('pretrainedFeatureMaps');
  if (looksInside && frozenNetwork(network).featureMaps.length === 0)
    throw new AdarandError(
      'method.needs-feature-maps',
      `${method.name} compares feature maps, and ${network.name} has no stages to take them from`,
      'Choose a convolutional network or a vision transformer.',
    );
}
