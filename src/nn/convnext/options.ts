import type { Activation } from '../activations.js';
import type { Preprocessing } from '../network.js';

export interface ConvNeXtOptions {
  readonly name: string;
  readonly preprocessing?: Preprocessing;
  readonly stem: Stem;
  readonly stages: readonly Stage[];
  /** Width of a block's hidden layer, relative to its own. Default 4. */
  readonly expansion?: number;
  /** Whether files hold the linear layers of blocks as 1 x 1 convolutions. Default false. */
  readonly convolutional?: boolean;
  /** A learned factor per channel after each block. Default true for v1. */
  readonly layerScale?: boolean;
  /** Global response normalisation in each block, which makes it v2. Default false. */
  readonly responseNorm?: boolean;
  /** Default `gelu`. */
  readonly activation?: Activation;
  /** Of every LayerNorm but the last. Default 1e-6. */
  readonly epsilon?: number;
  readonly head?: Head;
}

/** Patches of `patch` pixels, or two overlapping convolutions of stride 2 with `middle` channels between them. */
export type Stem =
  | { readonly kind: 'patch'; readonly patch: number }
  | { readonly kind: 'overlap'; readonly middle: number };

/** Blocks at one resolution. */
export interface Stage {
  readonly blocks: number;
  readonly width: number;
  /** Side of the depthwise kernel. Default 7. */
  readonly kernel?: number;
}

/** What happens between the last block and the classifier. */
export interface Head {
  /** Whether the LayerNorm is of what was pooled, or of the map before it is. Default `pooled`. */
  readonly norm?: 'pooled' | 'map';
  /** Of that LayerNorm. Default that of the others. */
  readonly epsilon?: number;
  /** Width of a linear layer and a GELU on what was pooled and normalised, where there are any. */
  readonly hidden?: number | undefined;
}
