import { BlockChannels } from './block-channels.js';
import { BlockedConv } from './blocked-conv.js';
import { Gemm } from './gemm.js';
import { UnblockChannels } from './unblock-channels.js';
import { UnblockPixels } from './unblock-pixels.js';

/** Operators that no model is written with: only lowering makes them. */
export const loweringOperators = [BlockChannels, BlockedConv, Gemm, UnblockChannels, UnblockPixels] as const;
