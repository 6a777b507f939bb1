import { AdarandError } from '../../errors.js';
import { requireFloats } from '../dtypes.js';
import { nchw } from '../shapes.js';
import type { TensorType } from '../tensor.js';

/** Refuses an x that is not a float map [N,C,H,W], and parameters that are not one float for each channel. */
export function requireChannels(
  operator: string,
  x: TensorType,
  parameters: Readonly<Record<string, TensorType>>,
): void {
  requireFloats(operator, { x, ...parameters });
  const [, channels] = nchw(x.shape, `${operator}: x`);
  for (const [name, { shape }] of Object.entries(parameters))
    if (shape.length !== 1 || shape[0] !== channels)
      throw new AdarandError(
        'graph.shape',
        `${operator}: ${name} is [${shape}], for an x of ${channels} channels`,
        `It is one number for each channel: [${channels}].`,
      );
}
