/** Tensors that a file holds besides the network. */
export interface Leftover {
  /** Of their names, without the network's prefix where they have it. */
  readonly pattern: RegExp;
  readonly what: string;
  /** Only names without the prefix are meant, where there is one. */
  readonly outside?: boolean;
}

/** What training leaves in files of every family. Classifiers of one layer (`fc.weight`) are not among them. */
export const leftovers: readonly Leftover[] = [
  { pattern: /(^|[.])num_batches_tracked$/, what: "BatchNorm's counters" },
  { pattern: /(^|[.])position_ids$/, what: 'indices of positions' },
  { pattern: /(^|[.])queue(_ptr)?$/, what: 'the queue of contrastive training' },
  {
    pattern: /^(module[.])?(encoder_k|momentum_encoder|target_encoder|key_encoder)[.]/,
    what: 'the momentum encoder',
  },
  {
    pattern:
      /^(module[.])?(projector|projection_head|projection|predictor|bn|online_projector|contrastive_head)[.]|^(fc|head)[.](\d+|mlp|last_layer)[.]/,
    what: 'the projection head of self-supervised training',
  },
  {
    pattern: /^(decoder_(blocks|embed|norm|pred)[.]|decoder_pos_embed$|decoder[.]|mask_token$)/,
    what: 'the decoder of masked training',
  },
];
