import { AdarandError, at } from '../../errors.js';
import { add, concat, reduceMean, reshape, slice, transpose } from '../../graph/ops.js';
import { nchw } from '../../graph/shapes.js';
import type { Value } from '../../graph/value.js';
import { pooledAttention } from '../attention.js';
import { truncatedNormal } from '../initializers.js';
import { linear } from '../layers.js';
import type { Scope } from '../network.js';
import { linearSpecs, type TensorSpec } from '../specs.js';

/**
 * [N,d] of maps x [N,C,h,w]: their mean asks all places, and itself, what they have (multi-head attention, with a learned
 * position for each), and the answer is projected. Maps have as many places as there are positions.
 */
export function attentionPool(scope: Scope, x: Value, name: string, heads: number): Value {
  const [batch, channels, height, width] = nchw(x.shape);
  const positions = scope.parameter(`${name}.positional_embedding`);
  const places = at(positions.shape, 0) - 1;
  if (height * width !== places)
    throw new AdarandError(
      'model.image-size',
      `The attention pooling of this network has positions for ${places} places; its last map has ${height}x${width}`,
      'Use the image size that it was trained with.',
    );
  const map = transpose(reshape(x, [batch, channels, places]), [0, 2, 1]);
  const tokens = add(concat([reduceMean(map, [1]), map], 1), positions);
  const query = linear(scope, reshape(slice(tokens, 1, 0, 1), [batch, channels]), `${name}.q_proj`);
  const keys = linear(scope, tokens, `${name}.k_proj`);
  const values = linear(scope, tokens, `${name}.v_proj`);
  return linear(scope, pooledAttention(query, keys, values, heads), `${name}.c_proj`);
}

export function attentionPoolSpecs(
  name: string,
  { places, width, projection }: { places: number; width: number; projection: number },
): TensorSpec[] {
  return [
    {
      name: `${name}.positional_embedding`,
      shape: [places + 1, width],
      role: 'norm',
      initial: truncatedNormal(width ** -0.5),
    },
    ...['q', 'k', 'v'].flatMap((part) => linearSpecs(`${name}.${part}_proj`, width, width)),
    ...linearSpecs(`${name}.c_proj`, projection, width),
  ];
}
