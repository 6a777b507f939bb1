import { BlockChannels } from './block-channels.js';
import { BlockRows } from './block-rows.js';
import { BlockedConv } from './blocked-conv.js';
import { BlockedMean } from './blocked-mean.js';
import { Gemm } from './gemm.js';
import { UnblockChannels } from './unblock-channels.js';
import { UnblockRows } from './unblock-rows.js';

/** Operators that no model is written with: only lowering makes them. */
export const loweringOperators = [
  BlockChannels,
  BlockRows,
  BlockedConv,
  BlockedMean,
  Gemm,
  UnblockChannels,
  UnblockRows,
] as const;
