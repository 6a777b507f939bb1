import { rewrite } from '../graph/rewrite.js';
import type { Value } from '../graph/value.js';
import type { Lowering, PrimitiveRules } from './lowering.js';
import { conv } from './portable/conv.js';
import { convTranspose } from './portable/conv-transpose.js';
import { expand } from './portable/expand.js';
import { logSoftmax } from './portable/log-softmax.js';
import { matmul } from './portable/matmul.js';
import { maxPool } from './portable/max-pool.js';
import { pow } from './portable/pow.js';
import { where } from './portable/where.js';

const rules: PrimitiveRules = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Expand: expand,
  LogSoftmax: logSoftmax,
  MatMul: matmul,
  MaxPool: maxPool,
  Pow: pow,
  Where: where,
};

/** Replaces operators that WebGPU lacks: for files that run anywhere, and the last step of lowering for WebGPU. */
export function portable(outputs: readonly Value[]): Value[] {
  const byName: Readonly<Record<string, Lowering>> = rules;
  return rewrite(outputs, ({ operator, attributes }, inputs) =>
    byName[operator.name]?.lower(inputs, attributes, { device: 'webgpu' }),
  );
}
