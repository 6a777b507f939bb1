import { LOST_NAME } from '../../data/lost-name.js';

/** What is said of an image that cannot be decoded, and why. */
export function unreadable(name: string, why: string) {
  return {
    code: 'predict.unreadable-image',
    message: `${name} cannot be read: ${why}`,
    hint: why === LOST_NAME ? 'Rename it.' : 'Supported formats: JPEG, PNG, WebP, GIF, TIFF and AVIF.',
  };
}
