import type { Value } from '../../graph/value.js';
import { attention } from '../attention.js';
import { layerNorm, linear } from '../layers.js';
import type { Scope } from '../network.js';
import { layerNormSpecs, linearSpecs, type TensorSpec } from '../specs.js';
import type { VitDesign } from './options.js';

/** Multi-head self-attention with its projection, of tokens [N,T,D]. */
export function attentionBlock(scope: Scope, x: Value, name: string, design: VitDesign): Value {
  const { heads, qkvBias, qkNorm, epsilon } = design;
  const qkv = linear(scope, x, `${name}.qkv`, { bias: qkvBias });
  const norm = (part: 'q' | 'k') => (y: Value) => layerNorm(scope, y, `${name}.${part}_norm`, epsilon);
  const mixed = attention(qkv, heads, qkNorm ? { query: norm('q'), key: norm('k') } : {});
  return linear(scope, mixed, `${name}.proj`);
}

export function attentionSpecs(name: string, design: VitDesign): TensorSpec[] {
  const { width, heads, qkvBias, qkNorm } = design;
  return [
    ...linearSpecs(`${name}.qkv`, 3 * width, width, { bias: qkvBias }),
    ...(qkNorm ? ['q', 'k'].flatMap((part) => layerNormSpecs(`${name}.${part}_norm`, width / heads)) : []),
    ...linearSpecs(`${name}.proj`, width, width),
  ];
}
