/** Graph inputs that carry a batch. */
export const PIXELS = 'pixels';
export const LABELS = 'labels';
export const ONE_HOT = 'one_hot';

/** The inputs of the source images that go along with a batch: `source_pixels` ... */
export const sourceInput = (name: string): string => `source_${name}`;
