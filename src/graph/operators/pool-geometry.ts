import type { OnnxAttribute } from '../operator.js';
import type { Shape } from '../tensor.js';
import type { Node } from '../value.js';

export type PoolAttributes = {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  /** Whether a last, partial window counts. */
  readonly ceil: boolean;
};

/** [N,C,H',W'] of a pooling of x [N,C,H,W]. */
export function poolOutputShape(x: Shape, { kernel, strides, pads, ceil }: PoolAttributes): Shape {
  const spatial = [0, 1].map((axis) => {
    const before = pads[axis] ?? 0;
    const size = x[axis + 2] ?? 1;
    const stride = strides[axis] ?? 1;
    const windows = (size + before + (pads[axis + 2] ?? 0) - (kernel[axis] ?? 1)) / stride + 1;
    if (!ceil) return Math.floor(windows);
    // A window that would start in the padding after x is not one.
    const count = Math.ceil(windows);
    return (count - 1) * stride >= size + before ? count - 1 : count;
  });
  return [x[0] ?? 1, x[1] ?? 1, ...spatial];
}

/** Calls back with the offsets, in x and in y, of every element of every window. */
export function eachWindow(
  x: Shape,
  y: Shape,
  { kernel, strides, pads }: PoolAttributes,
  visit: (inX: number, inY: number) => void,
): void {
  const [batch = 1, channels = 1, height = 1, width = 1] = x;
  const [, , rows = 1, columns = 1] = y;
  const [kernelHeight = 1, kernelWidth = 1] = kernel;
  const [strideY = 1, strideX = 1] = strides;
  const [top = 0, left = 0] = pads;
  for (let plane = 0; plane < batch * channels; plane++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        for (let u = 0; u < kernelHeight; u++)
          for (let v = 0; v < kernelWidth; v++) {
            const row = i * strideY + u - top;
            const column = j * strideX + v - left;
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            visit((plane * height + row) * width + column, (plane * rows + i) * columns + j);
          }
}

export function poolOnnxAttributes({ attributes }: Node): Record<string, OnnxAttribute> {
  const list = (name: string) => {
    const value = attributes[name];
    return Array.isArray(value) ? value : [];
  };
  return {
    kernel_shape: list('kernel'),
    strides: list('strides'),
    pads: list('pads'),
    ceil_mode: Number(attributes.ceil),
  };
}
