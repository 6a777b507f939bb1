/** How products are computed. TF32 rounds their factors to 10 bits of mantissa, of float32's 23; sums stay in float32. */
export const precisions = ['float32', 'tf32'] as const;

export type Precision = (typeof precisions)[number];
