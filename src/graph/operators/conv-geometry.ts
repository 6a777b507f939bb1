import { AdarandError } from '../../errors.js';
import type { OnnxAttribute } from '../emitter.js';
import { edges, heightWidth, nchw } from '../shapes.js';
import { type Shape, sameShape } from '../tensor.js';

/** ONNX's names: strides [h,w], pads [top,left,bottom,right], dilations [h,w]. */
export type ConvAttributes = {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
};

/** [N,K,H',W'] of a convolution of x [N,C,H,W] with w [K,C/group,kh,kw]. */
export function convOutputShape(x: Shape, w: Shape, attributes: ConvAttributes): Shape {
  const [batch, channels, height, width] = nchw(x, 'Conv: x');
  const [filters, perGroup, kernelHeight, kernelWidth] = nchw(w, 'Conv: w');
  const [strideY, strideX] = heightWidth(attributes.strides, 'Conv: strides');
  const [dilateY, dilateX] = heightWidth(attributes.dilations, 'Conv: dilations');
  const [top, left, bottom, right] = edges(attributes.pads, 'Conv: pads');
  const { group } = attributes;
  if (channels !== perGroup * group || filters % group !== 0)
    throw new AdarandError(
      'graph.shape',
      `Conv: x [${x}] and w [${w}] do not fit with ${group} groups`,
      'x is [N, C, H, W] and w [M, C / group, kH, kW], where group divides C and M.',
    );
  const rows = windows({
    size: height + top + bottom,
    kernel: kernelHeight,
    stride: strideY,
    dilation: dilateY,
  });
  const columns = windows({
    size: width + left + right,
    kernel: kernelWidth,
    stride: strideX,
    dilation: dilateX,
  });
  if ([top, left, bottom, right].some((pad) => pad < 0))
    throw new AdarandError(
      'graph.shape',
      `Conv: pads [${attributes.pads}] are negative`,
      'Use slice to crop.',
    );
  return [batch, filters, rows, columns];
}

/** How many times the kernel fits along one axis, of `size` with its padding. */
function windows(axis: {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}): number {
  const { size, kernel, stride, dilation } = axis;
  if (stride < 1 || dilation < 1)
    throw new AdarandError(
      'graph.shape',
      `Conv: a stride of ${stride} and a dilation of ${dilation}`,
      'Both are at least 1.',
    );
  const dilated = (kernel - 1) * dilation + 1;
  if (size < dilated)
    throw new AdarandError(
      'graph.shape',
      `Conv: a kernel of ${dilated} does not fit a map of ${size}`,
      'The input image is too small for this network.',
    );
  return Math.floor((size - dilated) / stride) + 1;
}

/** Refuses tensors that are not the x, w and y of one convolution: for its adjoints, which are given all three shapes. */
export function requireConvolution(
  operator: string,
  { x, w, y }: { readonly x: Shape; readonly w: Shape; readonly y: Shape },
  attributes: ConvAttributes,
): void {
  const expected = convOutputShape(x, w, attributes);
  if (!sameShape(expected, y))
    throw new AdarandError(
      'graph.shape',
      `${operator}: a convolution of [${x}] with [${w}] makes [${expected}], not [${y}]`,
      'Compute the gradient with the attributes of the convolution itself.',
    );
}

/** A convolution's attributes as ONNX wants them; the kernel's shape is left to the weight. */
export function convOnnxAttributes({ attributes }: { readonly attributes: ConvAttributes }) {
  const { strides, pads, dilations, group } = attributes;
  return { strides, pads, dilations, group } satisfies Record<string, OnnxAttribute>;
}

/** Calls back for every multiply-add of a convolution, with the offsets of its three elements. */
export function eachMultiplyAdd(
  x: Shape,
  w: Shape,
  y: Shape,
  { strides, pads, dilations, group }: ConvAttributes,
  visit: (inX: number, inW: number, inY: number) => void,
): void {
  const [batch, channels, height, width] = nchw(x);
  const [filters, perGroup, kernelHeight, kernelWidth] = nchw(w);
  const [, , rows, columns] = nchw(y);
  const [strideY, strideX] = heightWidth(strides);
  const [dilateY, dilateX] = heightWidth(dilations);
  const [top, left] = edges(pads);
  for (let n = 0; n < batch; n++)
    for (let k = 0; k < filters; k++)
      for (let c = 0; c < perGroup; c++) {
        const channel = Math.floor(k / (filters / group)) * perGroup + c;
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++)
            for (let u = 0; u < kernelHeight; u++)
              for (let v = 0; v < kernelWidth; v++) {
                const row = i * strideY + u * dilateY - top;
                const column = j * strideX + v * dilateX - left;
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                visit(
                  ((n * channels + channel) * height + row) * width + column,
                  ((k * perGroup + c) * kernelHeight + u) * kernelWidth + v,
                  ((n * filters + k) * rows + i) * columns + j,
                );
              }
      }
}
