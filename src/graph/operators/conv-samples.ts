import type { ConvAttributes } from './conv-geometry.js';

/** The geometries that a convolution and both of its gradients are tested with. */
export function convSamples<T>(
  make: (sample: { x: readonly number[]; w: readonly number[]; attributes: ConvAttributes }) => T,
): T[] {
  const plain = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
  return [
    { x: [2, 3, 5, 4], w: [4, 3, 1, 1], attributes: plain },
    { x: [2, 4, 5, 4], w: [4, 4, 1, 1], attributes: { ...plain, strides: [2, 2] } },
    { x: [2, 3, 6, 5], w: [4, 3, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1] } },
    { x: [2, 2, 6, 8], w: [3, 2, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1], strides: [2, 2] } },
    { x: [1, 2, 7, 7], w: [3, 2, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1], strides: [2, 2] } },
    { x: [1, 2, 8, 8], w: [3, 2, 3, 3], attributes: { ...plain, pads: [0, 0, 1, 1], strides: [2, 2] } },
    { x: [1, 3, 12, 12], w: [4, 3, 7, 7], attributes: { ...plain, pads: [3, 3, 3, 3], strides: [2, 2] } },
    { x: [1, 2, 8, 8], w: [2, 2, 4, 4], attributes: { ...plain, strides: [4, 4] } },
    { x: [1, 2, 9, 7], w: [2, 2, 3, 2], attributes: { ...plain, dilations: [2, 1], pads: [2, 0, 1, 1] } },
    { x: [2, 4, 5, 5], w: [6, 2, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1], group: 2 } },
    { x: [2, 4, 5, 6], w: [4, 1, 1, 1], attributes: { ...plain, group: 4 } },
    { x: [1, 4, 4, 5], w: [10, 2, 3, 2], attributes: { ...plain, group: 2 } },
    { x: [2, 4, 6, 6], w: [4, 1, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1], group: 4 } },
    {
      x: [1, 3, 8, 8],
      w: [3, 1, 3, 3],
      attributes: { ...plain, pads: [0, 0, 1, 1], strides: [2, 2], group: 3 },
    },
    {
      x: [1, 3, 7, 7],
      w: [3, 1, 3, 3],
      attributes: { ...plain, pads: [1, 1, 1, 1], strides: [2, 2], group: 3 },
    },
    { x: [1, 2, 8, 8], w: [4, 1, 3, 3], attributes: { ...plain, pads: [1, 1, 1, 1], group: 2 } },
    { x: [1, 2, 6, 6], w: [2, 1, 5, 5], attributes: { ...plain, pads: [2, 2, 2, 2], group: 2 } },
  ].map(make);
}
