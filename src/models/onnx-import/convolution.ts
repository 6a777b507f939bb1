import { at } from '../../errors.js';
import { add } from '../../graph/operators/add.js';
import { convTranspose } from '../../graph/operators/conv-transpose.js';
import { reshape } from '../../graph/operators/reshape.js';
import type { Value } from '../../graph/value.js';
import { samePadding } from '../../nn/padding.js';
import { type Builder, layer } from './builder.js';
import { convolve } from './convolve.js';
import type { NodeReader } from './node-reader.js';

export const convolution = {
  Conv: layer(['none', 'weight', 'bias'], (node) => {
    const x = node.value(0);
    const { weight, group } = kernelOf(node, x);
    const bias = node.optionalFloats(2, 'bias', [at(weight.shape, 0)]);
    if (at(weight.shape, 1) * group !== x.shape[1] || at(weight.shape, 0) % group !== 0)
      throw node.invalid(`applies kernels [${weight.shape}] in ${group} groups to [${x.shape}]`);
    return convolve(x, weight, bias, { ...windowOf(node, x, weight.shape.slice(2)), group }, node);
  }),
  ConvTranspose: layer(['none', 'weight', 'bias'], convTransposed),
} satisfies Readonly<Record<string, Builder>>;

/** The weight, [out,in,height,width] or for a ConvTranspose [in,out,height,width], and its groups. */
function kernelOf(node: NodeReader, { shape: { length } }: Value) {
  const weight = node.value(1);
  const group = node.int('group', 1);
  node.requireFloats(weight, 'weight', `of ${length} dimensions`);
  if (weight.shape.length !== length)
    throw node.invalid(`has a weight of [${weight.shape}], not of ${length} dimensions`);
  if (!Number.isInteger(group) || group < 1) throw node.invalid(`has ${group} groups`);
  return { weight, group };
}

export interface Window {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
}

/** How many times as wide as the map and the kernel together a padding may be: no network's is. */
const FARTHEST_PAD = 16;

/** Strides, padding and dilations of a convolution or pooling over x [N,C,...], `auto_pad` worked out. */
export function windowOf(node: NodeReader, x: Value, kernel: readonly number[]): Window {
  const axes = x.shape.slice(2);
  const strides = node.ints('strides') ?? axes.map(() => 1);
  const dilations = node.ints('dilations') ?? axes.map(() => 1);
  for (const list of [strides, dilations, kernel])
    if (list.length !== axes.length || list.some((n) => n < 1))
      throw node.invalid(`has a window of [${list}]`);
  const mode = node.text('auto_pad', 'NOTSET');
  if (mode === 'SAME_UPPER' || mode === 'SAME_LOWER') {
    const sides = axes.map((size, i) =>
      samePadding(
        size,
        at(kernel, i),
        at(strides, i),
        at(dilations, i),
        mode === 'SAME_UPPER' ? 'after' : 'before',
      ),
    );
    return {
      strides,
      dilations,
      pads: [...sides.map(([before]) => before), ...sides.map(([, after]) => after)],
    };
  }
  const pads =
    (mode === 'NOTSET' || mode === '' ? node.ints('pads') : undefined) ?? [...axes, ...axes].map(() => 0);
  if (pads.length !== 2 * axes.length || pads.some((n) => n < 0)) throw node.unsupported(`pads by [${pads}]`);
  const isFar = (pad: number, side: number) => {
    const axis = side % axes.length;
    return pad > FARTHEST_PAD * (at(axes, axis) + at(kernel, axis) * at(dilations, axis));
  };
  if (pads.some(isFar)) throw node.invalid(`pads maps of [${axes}] by [${pads}]`);
  return { strides, dilations, pads };
}

/** Weight [C,K/group,kh,kw]; output side = stride (size - 1) + output_padding + dilated kernel - pads. */
function convTransposed(node: NodeReader): Value {
  const x = node.value(0);
  if (x.shape.length !== 4 || node.ints('output_shape') !== undefined)
    throw node.unsupported('has this form');
  const { weight, group } = kernelOf(node, x);
  if (!['NOTSET', 'VALID', ''].includes(node.text('auto_pad', 'NOTSET')))
    throw node.unsupported('pads automatically');
  const { strides, pads, dilations } = windowOf(node, x, weight.shape.slice(2));
  const extra = node.ints('output_padding') ?? [0, 0];
  const sides = [0, 1].map((i) => {
    const span = (at(weight.shape, i + 2) - 1) * at(dilations, i) + 1;
    return at(strides, i) * (at(x.shape, i + 2) - 1) + at(extra, i) + span - at(pads, i) - at(pads, i + 2);
  });
  const channels = at(weight.shape, 1) * group;
  const bias = node.optionalFloats(2, 'bias', [channels]);
  const y = convTranspose(x, weight, sides, { strides, pads, dilations, group });
  return bias === undefined ? y : add(y, reshape(bias, [1, channels, 1, 1]));
}
