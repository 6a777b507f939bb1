import { BlockChannels } from './block-channels.js';
import { BlockPixels } from './block-pixels.js';
import { BlockedConv } from './blocked-conv.js';
import { BlockedMean } from './blocked-mean.js';
import { Gemm } from './gemm.js';
import { UnblockChannels } from './unblock-channels.js';
import { UnblockPixels } from './unblock-pixels.js';

/** Operators that no model is written with: only lowering makes them. */
export const loweringOperators = [
  BlockChannels,
  BlockPixels,
  BlockedConv,
  BlockedMean,
  Gemm,
  UnblockChannels,
  UnblockPixels,
] as const;
