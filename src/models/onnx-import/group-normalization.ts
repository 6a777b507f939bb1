import { at } from '../../errors.js';
import { add } from '../../graph/operators/add.js';
import { layerNormalization } from '../../graph/operators/layer-normalization.js';
import { mul } from '../../graph/operators/mul.js';
import { pad } from '../../graph/operators/pad.js';
import { pow } from '../../graph/operators/pow.js';
import { reshape } from '../../graph/operators/reshape.js';
import { slice } from '../../graph/operators/slice.js';
import { isFilled, type Shape, sizeOf } from '../../graph/tensor.js';
import { isConstantOf, type Value } from '../../graph/value.js';
import { type Builder, type LayerRoles, layer, weightless } from './builder.js';
import type { OnnxModel, OnnxNode } from './decode.js';
import type { NodeReader } from './node-reader.js';

/** Normalisations of each image by itself, over groups of its channels. */
export const groupNormalization = {
  GroupNormalization: layer(['none', 'norm', 'norm'], (node) => {
    const x = node.value(0);
    const channels = channelsOf(node, x);
    const groups = node.int('num_groups', 0);
    if (!(groups >= 1) || channels % groups !== 0)
      throw node.invalid(`has ${groups} groups of ${channels} channels`);
    const standardised = standardise(x, groups, node);
    // One for each group up to operator set 20, then one for each channel.
    const each = node.opset < 21 ? groups : channels;
    const laidOut = reshape(standardised, [at(x.shape, 0), each, sizeOf(x.shape.slice(1)) / each]);
    return reshape(affine(laidOut, [each, 1], each, node), x.shape);
  }),
  InstanceNormalization: layer(instanceRoles, (node) => {
    const x = node.value(0);
    const channels = channelsOf(node, x);
    return affine(standardise(x, channels, node), x.shape.slice(1).fill(1).with(0, channels), channels, node);
  }),
  LRN: weightless(overChannels),
} satisfies Readonly<Record<string, Builder>>;

/** x / (bias + alpha / size * sum of squares of the channels around)^beta, as AlexNet and GoogLeNet have it. */
function overChannels(node: NodeReader): Value {
  const x = node.value(0);
  const channels = channelsOf(node, x);
  const size = node.int('size', 0);
  if (!(size >= 1 && size <= MOST_CHANNELS)) throw node.invalid(`normalises over ${size} channels`);
  const before = x.shape.map((_, axis) => (axis === 1 ? Math.floor((size - 1) / 2) : 0));
  const after = x.shape.map((_, axis) => (axis === 1 ? Math.ceil((size - 1) / 2) : 0));
  const squares = pad(mul(x, x), before, after, 0);
  const sum = Array.from({ length: size }, (_, i) => slice(squares, 1, i, i + channels)).reduce((a, b) =>
    add(a, b),
  );
  const base = add(mul(sum, node.float('alpha', 1e-4) / size), node.float('bias', 1));
  return mul(x, pow(base, -node.float('beta', 0.75)));
}

/** Channels that one is normalised by: networks have 5. */
const MOST_CHANNELS = 64;

function channelsOf(node: NodeReader, { shape }: Value): number {
  if (shape.length < 3) throw node.invalid(`normalises the maps of [${shape}]`);
  return at(shape, 1);
}

/** To mean 0 and variance 1, in each of so many groups of an image's channels. */
function standardise(x: Value, groups: number, node: NodeReader): Value {
  const images = at(x.shape, 0);
  const rows = reshape(x, [images, groups, sizeOf(x.shape.slice(1)) / groups]);
  return reshape(layerNormalization(rows, node.float('epsilon', 1e-5)), x.shape);
}

function affine(x: Value, shape: Shape, count: number, node: NodeReader): Value {
  const scale = node.floats(1, 'scale', [count]);
  const bias = node.floats(2, 'bias', [count]);
  const scaled = isConstantOf(scale, 1) ? x : mul(x, reshape(scale, shape));
  return isConstantOf(bias, 0) ? scaled : add(scaled, reshape(bias, shape));
}

/** A scale of ones and an offset of zeros is how one without an affine part is written. */
function instanceRoles({ inputs }: OnnxNode, { constants }: OnnxModel): LayerRoles {
  const [, scale, bias] = inputs.map((name) => constants.get(name));
  const plain = scale !== undefined && bias !== undefined && isFilled(scale, 1) && isFilled(bias, 0);
  return plain ? ['none', 'none', 'none'] : ['none', 'norm', 'norm'];
}
