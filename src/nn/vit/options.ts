import type { Activation } from '../activations.js';
import type { Preprocessing } from '../network.js';

export interface VitOptions {
  readonly name?: string;
  /** As transformers calls it. Default `vit`. */
  readonly modelType?: string;
  readonly preprocessing?: Preprocessing;
  readonly imageSize: number;
  /** Side of a patch, in pixels. */
  readonly patch: number;
  /** D, the length of a token. */
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlp?: MlpOptions;
  /** Of every LayerNorm. Default 1e-6. */
  readonly epsilon?: number;
  /** Whether queries, keys and values have biases. Default true. */
  readonly qkvBias?: boolean;
  /** A LayerNorm on each head's queries and keys (Dehghani et al. 2023). Default false. */
  readonly qkNorm?: boolean;
  /** A learned factor per channel after each branch (Touvron et al. 2021, CaiT). Default false. */
  readonly layerScale?: boolean;
  readonly patchBias?: boolean;
  /** A LayerNorm before the first block, as CLIP has it. Default false. */
  readonly preNorm?: boolean;
  readonly classToken?: boolean;
  /** A second token, for a teacher's labels (DeiT). */
  readonly distillation?: boolean;
  /** Tokens without a meaning of their own (Darcet et al. 2023). */
  readonly registers?: number;
  /** What has positions besides the patches. Default `all`. */
  readonly positions?: 'all' | 'all-but-registers' | 'patches';
  /**
   * What the features are. `both-tokens` and `token-and-average` are [N,2D], side by side; `attention` asks all patches.
   * Default `token`.
   */
  readonly pool?: 'token' | 'average' | 'attention' | 'both-tokens' | 'token-and-average' | undefined;
  /** The last LayerNorm: `norm` on tokens, `fc_norm` on what was pooled. Default `norm`. */
  readonly norm?: 'norm' | 'fc_norm' | 'none';
  /** Length of the features after a last matrix without bias, CLIP's projection to the space that texts share. */
  readonly projection?: number | undefined;
}

export interface MlpOptions {
  /** Width of the hidden layer. Default 4 D. */
  readonly hidden?: number;
  /** `swiglu`: silu(a) b of two halves (Shazeer 2020). Default `gelu`. */
  readonly activation?: Activation | 'swiglu';
}

/** The same with its defaults: what layers and specs are made of. */
export interface VitDesign extends Required<Omit<VitOptions, 'mlp' | 'pool' | 'projection'>> {
  readonly mlp: Required<MlpOptions>;
  readonly pool: NonNullable<VitOptions['pool']>;
  readonly projection: number | undefined;
}

export function vitDesign(options: VitOptions): VitDesign {
  const { imageSize, patch, width, depth, mlp, pool = 'token', projection } = options;
  return {
    name: `vit-${width}-${depth}-${patch}`,
    modelType: 'vit',
    preprocessing: {
      imageSize,
      resizeSize: Math.round((imageSize * 256) / 224),
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    },
    epsilon: 1e-6,
    qkvBias: true,
    qkNorm: false,
    layerScale: false,
    patchBias: true,
    preNorm: false,
    classToken: true,
    distillation: false,
    registers: 0,
    positions: 'all',
    norm: 'norm',
    ...options,
    mlp: { hidden: 4 * width, activation: 'gelu', ...mlp },
    pool,
    projection,
  };
}

/** What tensors cannot tell. */
export type Hidden = Partial<
  Pick<VitOptions, 'heads' | 'epsilon' | 'pool'> & { readonly activation: MlpOptions['activation'] }
>;
