import { openModel } from '../models/open.js';
import type { Network } from '../nn/network.js';

/**
 * The backbone of the quickstart: a ResNet of 8 layers for images of 20 x 20 pixels that `pretrain.ts` trained on
 * Fashion-MNIST. `config.json` beside it tells how, and how well.
 */
export function openSampleBackbone(): Promise<Network> {
  return openModel('sample');
}
