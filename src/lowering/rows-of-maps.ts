import { at } from '../errors.js';
import { Reshape, reshape } from '../graph/operators/reshape.js';
import { Transpose } from '../graph/operators/transpose.js';
import { sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { madeBy } from './made-by.js';

/**
 * The rows [N h w, K] that maps [N,K,h,w] were made of, by transposing [N, h w, K]: as the gradients of tokens become
 * those of a patch embedding. `undefined` for other values.
 */
export function rowsOfMaps(maps: Value): Value | undefined {
  const perImage = madeBy(maps, Reshape)?.inputs[0];
  const transposed = perImage && madeBy(perImage, Transpose);
  const perm = transposed?.attributes.perm;
  if (maps.shape.length !== 4 || transposed === undefined || !Array.isArray(perm)) return undefined;
  const keepsBatchAndChannels = sameShape(perImage?.shape.slice(0, 2) ?? [], maps.shape.slice(0, 2));
  if (!sameShape(perm, [0, 2, 1]) || !keepsBatchAndChannels) return undefined;
  const tokens = at(transposed.inputs, 0);
  const [batch, length, channels] = [at(tokens.shape, 0), at(tokens.shape, 1), at(tokens.shape, 2)];
  return reshape(tokens, [batch * length, channels]);
}
