import { percent } from '../../../../format-accuracy.js';

/** `test images`. */
export function imagesOf(split: 'test' | 'val'): string {
  return split === 'test' ? 'test images' : 'validation images';
}

/** A share in percent, or a dash where there is none. */
export function shareOf(share: number | null): string {
  return share === null ? '–' : percent(share);
}
