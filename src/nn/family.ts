import type { BackboneWeights } from './backbone.js';
import type { ArchitectureConfig } from './config.js';
import type { Naming, Weights } from './naming/naming.js';
import type { Network } from './network.js';

export interface BuildOptions {
  /** Side of the square input, where it is not to be the one that the weights were trained with. */
  readonly imageSize?: number | undefined;
}

export type BuildBackbone = (weights: BackboneWeights, options?: BuildOptions) => Network;

/** Backbones of one design, in several sizes. */
export interface BackboneFamily {
  /** How libraries name its tensors, in the order in which they are tried; one of them is ours. */
  readonly namings: readonly Naming[];
  /**
   * How to build the backbone that tensors in our names belong to; undefined if they are another family's. `naming` is
   * the one that they had, where they come from a file.
   *
   * @throws AdarandError `model.architecture` where the configuration names one that computes something else.
   */
  recognise(
    tensors: Weights,
    config: ArchitectureConfig | undefined,
    naming?: Naming,
  ): BuildBackbone | undefined;
  /** Whether a configuration names a network of this family, computed as it is here. */
  covers(config: ArchitectureConfig): boolean;
  /** Sizes that can be built without a file, by name. */
  readonly sizes: Readonly<Record<string, BuildBackbone>>;
}
