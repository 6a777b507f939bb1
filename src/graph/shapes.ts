import { AdarandError } from '../errors.js';
import type { Shape } from './tensor.js';

/** The four sizes of a map [N,C,H,W]. */
export function nchw(shape: Shape): readonly [number, number, number, number] {
  const [batch, channels, height, width, ...more] = shape;
  if (
    batch === undefined ||
    channels === undefined ||
    height === undefined ||
    width === undefined ||
    more.length > 0
  )
    throw new AdarandError('graph.shape', `[${shape}] is not the shape of a map [N,C,H,W]`);
  return [batch, channels, height, width];
}
