import type { Value } from '../../graph/value.js';
import { attention } from '../attention.js';
import { layerNorm, linear } from '../layers.js';
import type { Scope } from '../network.js';
import { layerNormSpecs, linearSpecs, type TensorSpec } from '../specs.js';
import type { VitOptions } from './options.js';

/** Multi-head self-attention with its projection, of tokens [N,T,D]. */
export function attentionBlock(scope: Scope, x: Value, name: string, options: VitOptions): Value {
  const { heads, qkvBias = true, qkNorm = false, epsilon = 1e-6 } = options;
  const qkv = linear(scope, x, `${name}.qkv`, { bias: qkvBias });
  const norm = (part: 'q' | 'k') => (y: Value) => layerNorm(scope, y, `${name}.${part}_norm`, epsilon);
  const mixed = attention(qkv, heads, qkNorm ? { query: norm('q'), key: norm('k') } : {});
  return linear(scope, mixed, `${name}.proj`);
}

export function attentionSpecs(name: string, options: VitOptions): TensorSpec[] {
  const { width, heads, qkvBias = true, qkNorm = false } = options;
  return [
    ...linearSpecs(`${name}.qkv`, 3 * width, width, { bias: qkvBias }),
    ...(qkNorm ? ['q', 'k'].flatMap((part) => layerNormSpecs(`${name}.${part}_norm`, width / heads)) : []),
    ...linearSpecs(`${name}.proj`, width, width),
  ];
}
