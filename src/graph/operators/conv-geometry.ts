import { AdarandError } from '../../errors.js';
import type { Shape } from '../tensor.js';

/** ONNX's names: strides [h,w], pads [top,left,bottom,right], dilations [h,w]. */
export type ConvAttributes = {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
};

/** [N,K,H',W'] of a convolution of x [N,C,H,W] with w [K,C/group,kh,kw]. */
export function convOutputShape(x: Shape, w: Shape, attributes: ConvAttributes): Shape {
  const { pads, strides, dilations, group } = attributes;
  const [batch = 1, channels = 1] = x;
  const [filters = 1, perGroup = 1] = w;
  if (x.length !== 4 || w.length !== 4 || channels !== perGroup * group || filters % group !== 0)
    throw new AdarandError('graph.shape', `Conv: x [${x}] and w [${w}] do not fit with ${group} groups`);
  const spatial = [0, 1].map((axis) => {
    const kernel = ((w[axis + 2] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const padded = (x[axis + 2] ?? 1) + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0);
    if (padded < kernel)
      throw new AdarandError(
        'graph.shape',
        `Conv: a kernel of ${kernel} does not fit a map of ${padded}`,
        'The input image is too small for this network.',
      );
    return Math.floor((padded - kernel) / (strides[axis] ?? 1)) + 1;
  });
  return [batch, filters, ...spatial];
}

/** Calls back for every multiply-add of a convolution, with the offsets of its three elements. */
export function eachMultiplyAdd(
  x: Shape,
  w: Shape,
  y: Shape,
  { strides, pads, dilations, group }: ConvAttributes,
  visit: (inX: number, inW: number, inY: number) => void,
): void {
  const [batch = 1, channels = 1, height = 1, width = 1] = x;
  const [filters = 1, perGroup = 1, kernelHeight = 1, kernelWidth = 1] = w;
  const [, , rows = 1, columns = 1] = y;
  const [strideY = 1, strideX = 1] = strides;
  const [dilateY = 1, dilateX = 1] = dilations;
  const [top = 0, left = 0] = pads;
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
