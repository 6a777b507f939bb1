import type { Activation } from '../activations.js';
import type { BatchNormOptions } from '../layers.js';
import type { Preprocessing } from '../network.js';

/** A network of inverted residuals. */
export interface MobileNetOptions {
  readonly name: string;
  /** As transformers calls it. */
  readonly modelType: 'mobilenet_v2' | 'mobilenet_v3' | 'efficientnet';
  readonly preprocessing?: Preprocessing;
  /** Channels of the first convolution. */
  readonly stem: number;
  readonly stages: readonly Stage[];
  readonly head: Head;
  /** Of everything but the stages that have their own. */
  readonly activation: Activation;
  /** How squeeze-and-excitation computes, where blocks have it. */
  readonly squeeze?: { readonly activation: Activation; readonly gate: 'sigmoid' | 'hard-sigmoid' };
  readonly batchNorm?: BatchNormOptions;
  /** Whether convolutions pad as TensorFlow's SAME does. Default `symmetric`. */
  readonly padding?: 'symmetric' | 'same';
}

/** Blocks of one kind; only the first has the stride. */
export interface Stage {
  readonly stride: 1 | 2;
  readonly blocks: readonly BlockShape[];
  /** Default the network's. */
  readonly activation?: Activation | undefined;
}

export interface BlockShape {
  /** Expansion, depthwise convolution and projection; the last two of these; or one convolution without a shortcut. */
  readonly kind: 'inverted' | 'separable' | 'convolution';
  readonly kernel: number;
  /** Channels of the depthwise convolution. */
  readonly hidden: number;
  readonly out: number;
  /** Width of the hidden layer of squeeze-and-excitation, where the block has it. */
  readonly squeeze?: number | undefined;
}

/** The layer before the classifier: a convolution and BatchNorm before the average, or a linear layer after it. */
export interface Head {
  readonly kind: 'map' | 'pooled';
  readonly width: number;
}
