import type { Tensor } from '../graph/tensor.js';
import type { BackboneWeights } from './backbone.js';
import type { Network } from './network.js';

export type BuildBackbone = (weights: BackboneWeights) => Network;

/** Backbones of one design, in several sizes. */
export interface BackboneFamily {
  /** How to build the backbone that these tensors belong to, by their names and shapes; undefined if none does. */
  recognise(tensors: ReadonlyMap<string, Tensor>): BuildBackbone | undefined;
  /** Sizes that can be built without a file, by name. */
  readonly sizes: Readonly<Record<string, BuildBackbone>>;
}
