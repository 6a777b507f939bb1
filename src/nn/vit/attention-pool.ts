import { at } from '../../errors.js';
import { add, expand, reshape, slice, split } from '../../graph/ops.js';
import type { Value } from '../../graph/value.js';
import { pooledAttention } from '../attention.js';
import * as F from '../functional.js';
import { truncatedNormal } from '../initializers.js';
import { layerNorm, linear } from '../layers.js';
import type { Scope } from '../network.js';
import { layerNormSpecs, linearSpecs, type TensorSpec } from '../specs.js';
import { mlp, mlpSpecs } from './mlp.js';
import type { VitDesign } from './options.js';

const NAME = 'attn_pool';

/**
 * [N,D] of tokens x [N,T,D]: one learned query asks all of them (multi-head attention), and the answer goes through an MLP
 * (Zhai et al. 2022, as SigLIP has it). Queries, keys and values have one matrix, the query's rows first.
 */
export function latentPool(scope: Scope, x: Value, design: VitDesign): Value {
  const { width, heads, epsilon } = design;
  const batch = at(x.shape, 0);
  const weight = scope.parameter(`${NAME}.qkv.weight`);
  const bias = scope.parameter(`${NAME}.qkv.bias`);
  const rows = (y: Value, from: number, to: number) => slice(y, 0, from * width, to * width);
  const latent = reshape(scope.parameter(`${NAME}.latent`), [1, width]);
  const query = expand(F.linear(latent, rows(weight, 0, 1), rows(bias, 0, 1)), [batch, width]);
  const both = split(F.linear(x, rows(weight, 1, 3), rows(bias, 1, 3)), 2, 2);
  const y = linear(scope, pooledAttention(query, at(both, 0), at(both, 1), heads), `${NAME}.proj`);
  return add(y, mlp(scope, layerNorm(scope, y, `${NAME}.norm`, epsilon), `${NAME}.mlp`, design));
}

export function latentPoolSpecs(design: VitDesign): TensorSpec[] {
  const { width } = design;
  const initial = truncatedNormal(width ** -0.5);
  return [
    { name: `${NAME}.latent`, shape: [1, 1, width], role: 'norm', initial },
    ...linearSpecs(`${NAME}.qkv`, 3 * width, width),
    ...linearSpecs(`${NAME}.proj`, width, width),
    ...layerNormSpecs(`${NAME}.norm`, width),
    ...mlpSpecs(`${NAME}.mlp`, design),
  ];
}
