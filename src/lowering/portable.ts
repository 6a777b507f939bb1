import { rewrite } from '../graph/rewrite.js';
import type { Value } from '../graph/value.js';
import type { Lowering, PrimitiveRules } from './lowering.js';
import { logSoftmax } from './portable/log-softmax.js';
import { matmul } from './portable/matmul.js';

const rules: PrimitiveRules = {
  LogSoftmax: logSoftmax,
  MatMul: matmul,
};

/** Replaces operators that WebGPU lacks: for files that run anywhere, and the last step of lowering for WebGPU. */
export function portable(outputs: readonly Value[]): Value[] {
  const byName: Readonly<Record<string, Lowering>> = rules;
  return rewrite(outputs, ({ operator, attributes }, inputs) =>
    byName[operator.name]?.lower(inputs, attributes, { device: 'webgpu' }),
  );
}
