import type { Position } from '../../training/checkpoint.js';
import type { KeptEpochs } from '../options/kept-epochs.js';

/** What decides how much the features take that a run is going to keep. */
export interface KeptFeatures {
  readonly epochs: KeptEpochs;
  readonly featureSize: number;
  readonly images: Readonly<Record<'train' | 'val' | 'test', number>>;
}

/** Bytes of the features that are still to be written at a position, `epochsLeft` epochs before the end. */
export function featureBytes(
  { epochs, featureSize, images: { train, val, test } }: KeptFeatures,
  { epoch, batch, best }: Position,
  epochsLeft: number,
): number {
  const hasBegun = epoch > 0 || batch > 0 || best !== undefined;
  const last = epoch + epochsLeft;
  let kept = 0;
  for (let next = hasBegun ? epoch + 1 : 0; next <= last; next++)
    if (epochs.includes(next, next === last)) kept += 1;
  // A row has a label, too.
  return (kept * (train + val) + test) * 4 * (featureSize + 1);
}
