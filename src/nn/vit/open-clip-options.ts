import { z } from 'zod';
import { type Fields, field, unknownArchitecture } from '../config.js';
import type { Weights } from '../naming/naming.js';
import type { Hidden } from './options.js';

/** What `model_cfg` of OpenCLIP says about an image tower, with OpenCLIP's own defaults. */
export function openClipOptions(fields: Fields, tensors: Weights): Hidden {
  const own = record(fields, 'vision_cfg');
  const width = tensors.get('patch_embed.proj.weight')?.shape[0] ?? 0;
  const pool = field(own, 'pool_type', z.string()) ?? 'tok';
  if (pool !== 'tok' && pool !== 'avg')
    throw unknownArchitecture(`An image tower with the pool_type ${pool}`);
  // For one token, the order of norm and pooling is nothing.
  if (pool === 'avg' && field(own, 'final_ln_after_pool', z.boolean()) === true)
    throw unknownArchitecture('An image tower with its last norm after an average');
  return {
    heads: width / (field(own, 'head_width', z.number().int().min(1)) ?? 64),
    epsilon: field(record(own, 'norm_kwargs'), 'eps', z.number().positive()) ?? 1e-5,
    activation: activationOf(fields, own),
    pool: pool === 'avg' ? 'average' : 'token',
  };
}

function activationOf(fields: Fields, own: Fields): Hidden['activation'] {
  const approximate = field(record(own, 'act_kwargs'), 'approximate', z.string()) ?? 'none';
  if (approximate !== 'none' && approximate !== 'tanh')
    throw unknownArchitecture(`An image tower with GELU approximated by ${approximate}`);
  if (field(fields, 'quick_gelu', z.boolean()) === true) return 'quick-gelu';
  return approximate === 'tanh' ? 'gelu-tanh' : 'gelu';
}

function record(fields: Fields, name: string): Fields {
  return field(fields, name, z.record(z.string(), z.unknown())) ?? {};
}
