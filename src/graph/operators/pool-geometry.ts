import { AdarandError, at } from '../../errors.js';
import { requireFloat } from '../dtypes.js';
import type { OnnxAttribute } from '../emitter.js';
import { edges, heightWidth, nchw } from '../shapes.js';
import type { Shape, TensorType } from '../tensor.js';

export type PoolAttributes = {
  /** [h,w]. */
  readonly kernel: readonly number[];
  /** [h,w]. */
  readonly strides: readonly number[];
  /** [top,left,bottom,right]. */
  readonly pads: readonly number[];
  /** Whether a last, partial window counts. */
  readonly ceil: boolean;
};

/** [N,C,H',W'] of a pooling of x [N,C,H,W]. */
export function poolOutputShape(operator: string, x: TensorType, attributes: PoolAttributes): Shape {
  requireFloat(operator, 'x', x);
  const [batch, channels, height, width] = nchw(x.shape, `${operator}: x`);
  const [kernelHeight, kernelWidth] = heightWidth(attributes.kernel, `${operator}: kernel`);
  const [strideY, strideX] = heightWidth(attributes.strides, `${operator}: strides`);
  const [top, left, bottom, right] = edges(attributes.pads, `${operator}: pads`);
  const { ceil } = attributes;
  const rows = windows(operator, {
    size: height,
    kernel: kernelHeight,
    stride: strideY,
    before: top,
    after: bottom,
    ceil,
  });
  const columns = windows(operator, {
    size: width,
    kernel: kernelWidth,
    stride: strideX,
    before: left,
    after: right,
    ceil,
  });
  return [batch, channels, rows, columns];
}

/** How many windows fit along one axis. */
function windows(
  operator: string,
  axis: {
    readonly size: number;
    readonly kernel: number;
    readonly stride: number;
    readonly before: number;
    readonly after: number;
    readonly ceil: boolean;
  },
): number {
  const { size, kernel, stride, before, after, ceil } = axis;
  if (kernel < 1 || stride < 1 || before < 0 || after < 0)
    throw new AdarandError(
      'graph.shape',
      `${operator}: windows of ${kernel}, ${stride} apart, with padding ${before} and ${after}`,
      'Windows and strides are at least 1, and padding is not negative.',
    );
  if (before >= kernel || after >= kernel)
    throw new AdarandError(
      'graph.shape',
      `${operator}: padding ${before} and ${after} around windows of ${kernel}`,
      'Padding must be smaller than a window, or some windows would hold nothing else.',
    );
  if (size + before + after < kernel)
    throw new AdarandError(
      'graph.shape',
      `${operator}: a window of ${kernel} does not fit a map of ${size + before + after}`,
      'The input image is too small for this network.',
    );
  const exact = (size + before + after - kernel) / stride + 1;
  if (!ceil) return Math.floor(exact);
  // A window that would start in the padding after x is not one.
  const count = Math.ceil(exact);
  return (count - 1) * stride >= size + before ? count - 1 : count;
}

/** Calls back with the offsets, in x and in y, of every element of every window. */
export function eachWindow(
  x: Shape,
  y: Shape,
  { kernel, strides, pads }: PoolAttributes,
  visit: (inX: number, inY: number) => void,
): void {
  const [batch, channels, height, width] = nchw(x);
  const [, , rows, columns] = nchw(y);
  const [kernelHeight, kernelWidth] = heightWidth(kernel);
  const [strideY, strideX] = heightWidth(strides);
  const [top, left] = edges(pads);
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

/** ONNX's attributes of a pooling of x [N,C,H,W] to y [N,C,H',W']. */
export function poolOnnxAttributes(x: Shape, y: Shape, attributes: PoolAttributes) {
  const { kernel, strides, pads, ceil } = attributes;
  const padded = isMiscounted(x, y, attributes)
    ? { pads: exactPads(x, y, attributes), ceil_mode: 0 }
    : { pads, ceil_mode: Number(ceil) };
  return { kernel_shape: kernel, strides, ...padded } satisfies Record<string, OnnxAttribute>;
}

/**
 * The padding [top,left,bottom,right] by which the windows of y are whole, and no others fit. A last, partial window reaches
 * into padding that `pads` may not have; less than a window of it, since the window begins before the padding does.
 */
export function exactPads(x: Shape, y: Shape, { kernel, strides, pads }: PoolAttributes): readonly number[] {
  const [top, left] = edges(pads);
  const after = (axis: number, before: number) => {
    const end = (at(y, axis + 2) - 1) * at(strides, axis) + at(kernel, axis);
    return Math.max(0, end - at(x, axis + 2) - before);
  };
  return [top, left, after(0, top), after(1, left)];
}

/** ONNX Runtime counts windows that begin in the padding after x, where partial windows count. */
function isMiscounted(x: Shape, y: Shape, { kernel, strides, pads, ceil }: PoolAttributes): boolean {
  return [0, 1].some((axis) => {
    const size = at(x, axis + 2) + at(pads, axis) + at(pads, axis + 2);
    const counted = Math.ceil((size - at(kernel, axis)) / at(strides, axis)) + 1;
    return ceil && counted !== at(y, axis + 2);
  });
}
