import { at } from '../../errors.js';
import { conv } from '../../graph/operators/conv.js';
import type { ConvAttributes } from '../../graph/operators/conv-geometry.js';
import { reshape } from '../../graph/operators/reshape.js';
import { transpose } from '../../graph/operators/transpose.js';
import type { Value } from '../../graph/value.js';
import type { NodeReader } from './node-reader.js';

/**
 * Convolves maps [N,C,H,W]; sequences [N,C,L], as maps of one row; volumes [N,C,D,H,W] with kernels that are flat in some
 * axis, as a stack of maps.
 */
export function convolve(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  attributes: ConvAttributes,
  node: NodeReader,
): Value {
  const { shape } = x;
  switch (shape.length) {
    case 4:
      return conv(x, weight, bias, attributes);
    case 3: {
      const row = (value: Value) => reshape(value, value.shape.toSpliced(2, 0, 1));
      const y = conv(row(x), row(weight), bias, withRow(attributes));
      return reshape(y, y.shape.toSpliced(2, 1));
    }
    case 5: {
      const flat = [0, 1, 2].find((axis) => isFlat(axis, weight, attributes));
      if (flat === undefined) throw node.unsupported(`applies kernels [${weight.shape}] to volumes`);
      const axis = flat + 2;
      const stacked = transpose(x, [0, axis, ...[1, 2, 3, 4].filter((one) => one !== axis)]);
      const layers = [at(shape, 0), at(shape, axis)];
      const maps = reshape(stacked, [at(layers, 0) * at(layers, 1), ...stacked.shape.slice(2)]);
      const kernel = reshape(weight, weight.shape.toSpliced(axis, 1));
      const y = conv(maps, kernel, bias, without(flat, attributes));
      // [N, layers, K, ...] becomes [N, K, ...] with the layers in their axis.
      const order = [0, 2, 3, 4].toSpliced(axis, 0, 1);
      return transpose(reshape(y, [...layers, ...y.shape.slice(1)]), order);
    }
    default:
      throw node.unsupported(`works on ${shape.length - 2} spatial axes`);
  }
}

function withRow({ strides, pads, dilations, group }: ConvAttributes): ConvAttributes {
  return {
    strides: [1, ...strides],
    dilations: [1, ...dilations],
    pads: [0, at(pads, 0), 0, at(pads, 1)],
    group,
  };
}

function without(axis: number, { strides, pads, dilations, group }: ConvAttributes): ConvAttributes {
  return {
    strides: strides.toSpliced(axis, 1),
    dilations: dilations.toSpliced(axis, 1),
    pads: pads.filter((_, i) => i !== axis && i !== axis + strides.length),
    group,
  };
}

function isFlat(axis: number, weight: Value, { strides, pads }: ConvAttributes): boolean {
  const padded = pads[axis] !== 0 || pads[axis + strides.length] !== 0;
  return weight.shape[axis + 2] === 1 && strides[axis] === 1 && !padded;
}
