/** Tensors that a file holds besides the network. */
export interface Leftover {
  /** Of their names, without the network's prefix where they have it. */
  readonly pattern: RegExp;
  readonly what: string;
  /** Only names without the prefix are meant, where there is one. */
  readonly outside?: boolean;
  /** Only names below a prefix of this form are meant. */
  readonly below?: RegExp;
}

const projectionHead = 'the projection head of self-supervised training';

/** What training leaves in files of every family. Classifiers of one layer (`fc.weight`) are not among them. */
export const leftovers: readonly Leftover[] = [
  { pattern: /(^|[.])num_batches_tracked$/, what: "BatchNorm's counters" },
  { pattern: /(^|[.])position_ids$/, what: 'indices of positions' },
  { pattern: /(^|[.])queue(_ptr)?$/, what: 'the queue of contrastive training' },
  {
    pattern:
      /^(encoder_k|momentum_encoder|target_encoder|target_network|key_encoder|momentum_(backbone|projector|classifier))[.]/,
    what: 'the momentum encoder',
  },
  {
    pattern:
      /^((online|target)_(encoder|network)[.])?(projector|projection_head|projection|predictor|prototypes|bn|online_projector|online_predictor|contrastive_head|dino_head|ibot_head)[.]|^(fc|head)[.](\d+[.]|mlp2?[.](\d|weight|bias)|last_layer2?[.])/,
    what: projectionHead,
  },
  // MoCo's first version: one layer, like a classifier.
  {
    pattern: /^(fc|head)[.](weight|bias)$/,
    below: /(^|[.])(encoder_q|base_encoder|online_encoder|online_network)[.]/,
    what: projectionHead,
  },
  { pattern: /^dino_loss[.]/, what: 'the state of the loss' },
  {
    pattern: /^(decoder_(blocks|embed|norm|pred)[.]|decoder_pos_embed$|decoder[.]|mask_token$|masked_embed$)/,
    what: 'the decoder of masked training',
  },
];

/** What OpenAI and OpenCLIP write beside their image tower. */
export const besideClip: readonly Leftover[] = [
  {
    pattern:
      /^(transformer[.]|token_embedding[.]|ln_final[.]|positional_embedding$|text[.]|text_projection|logit_(scale|bias)$)/,
    what: "CLIP's text tower",
    outside: true,
  },
  { pattern: /^(input_resolution|context_length|vocab_size)$/, what: 'sizes in numbers', outside: true },
];

const wrapper = /^(?:(?:state_dict|state_dict_ema|model|model_ema|ema|module|student|teacher|_orig_mod)[.])*/;

/** What programs put before all names of a network with its heads: the first parts of a name, or of a prefix. */
export function wrapperOf(name: string): string {
  return wrapper.exec(name)?.[0] ?? '';
}
