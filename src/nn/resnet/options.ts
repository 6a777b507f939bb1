import type { Preprocessing } from '../network.js';

export interface ResNetOptions {
  readonly name: string;
  readonly preprocessing?: Preprocessing;
  /**
   * Channels after each convolution of the stem: one of 7 x 7, or three of 3 x 3 (`deep`). `small` is one of 3 x 3 for
   * small images: it does not shrink them, and no pooling follows.
   */
  readonly stem: { readonly kind: 'standard' | 'deep' | 'small'; readonly channels: readonly number[] };
  readonly stages: readonly Stage[];
  /** Blocks of a 1x1, a 3x3 and a 1x1 convolution; else of two 3x3. */
  readonly bottleneck: boolean;
  /** Of the 3x3 convolution in a bottleneck. Default 1. */
  readonly groups?: number;
  /** How a shortcut shrinks its map: by its convolution's stride, or by averages of 2 x 2 before it. Default `stride`. */
  readonly shortcut?: 'stride' | 'average';
  /** Where a bottleneck has its stride: in its second convolution, or in the first as in He et al. 2015. Default 2. */
  readonly stridedConvolution?: 1 | 2;
}

/** Blocks at one resolution. */
export interface Stage {
  readonly blocks: number;
  /** Channels inside a block. */
  readonly width: number;
  /** Channels after a block. */
  readonly out: number;
  /** Width of the hidden layer of squeeze-and-excitation (Hu et al. 2018), where blocks have it. */
  readonly squeeze?: number | undefined;
}
