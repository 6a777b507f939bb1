import { AdarandError } from '../../../errors.js';

/** The smallest and the largest of the numbers that an activation takes. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What the numbers q from 0 to 255 stand for: (q - zeroPoint) scale. `scale` is a float32. */
export interface Levels {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Below this, products of two scales would no longer be normal float32 numbers. */
const SMALLEST_SCALE = 2 ** -60;

/**
 * Levels that cover a range and have 0 among them, so that what is zero stays so: padding, and what ReLU cuts off.
 *
 * @throws AdarandError `export.not-finite`.
 */
export function levelsOf({ low, high }: Range): Levels {
  if (!Number.isFinite(low) || !Number.isFinite(high))
    throw new AdarandError(
      'export.not-finite',
      'the network has values that are not finite on training images, and no 8-bit numbers stand for them',
      'Export without --quantize, or train again with a smaller --learning-rate.',
    );
  const [bottom, top] = [Math.min(low, 0), Math.max(high, 0)];
  // Images without any content: every number is 0, and any scale does.
  if (bottom === top) return { scale: 1, zeroPoint: 0 };
  const scale = Math.max(Math.fround((top - bottom) / 255), SMALLEST_SCALE);
  return { scale, zeroPoint: Math.min(255, Math.round((0 - bottom) / scale)) };
}
