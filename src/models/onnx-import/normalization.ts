import { at } from '../../errors.js';
import { add } from '../../graph/operators/add.js';
import { batchNormalization } from '../../graph/operators/batch-norm.js';
import { layerNormalization } from '../../graph/operators/layer-normalization.js';
import { mul } from '../../graph/operators/mul.js';
import { reshape } from '../../graph/operators/reshape.js';
import { transpose } from '../../graph/operators/transpose.js';
import { isFilled, sizeOf, type Tensor } from '../../graph/tensor.js';
import { isConstantOf, type Value } from '../../graph/value.js';
import { batchNormNamed } from '../../nn/layers.js';
import { type Builder, type LayerRoles, layer } from './builder.js';
import type { OnnxModel, OnnxNode } from './decode.js';
import type { NodeReader } from './node-reader.js';
import { storedBehind } from './stored-behind.js';

export const normalization = {
  BatchNormalization: layer(batchNormRoles, batchNorm),
  LayerNormalization: layer(layerNormRoles, (node) => {
    const x = node.value(0);
    if (node.axis(node.int('axis', -1), x.shape.length) !== x.shape.length - 1)
      throw node.unsupported('normalises over several axes');
    const standardised = layerNormalization(x, node.float('epsilon', 1e-5));
    const scale = node.optionalOnto(1, 'scale', x.shape);
    const bias = node.optionalOnto(2, 'bias', x.shape);
    const scaled = scale === undefined || isConstantOf(scale, 1) ? standardised : mul(standardised, scale);
    return bias === undefined ? scaled : add(scaled, bias);
  }),
} satisfies Readonly<Record<string, Builder>>;

/** A scale of ones without an offset is how a normalisation without an affine part is written. */
function layerNormRoles({ inputs }: OnnxNode, { constants }: OnnxModel): LayerRoles {
  const [, scale, offset] = inputs;
  const tensor = scale === undefined ? undefined : constants.get(scale);
  const affine = (offset !== undefined && offset !== '') || !isAll(tensor, 1);
  return ['none', affine ? 'norm' : 'none', 'norm'];
}

/** Whether it is a layer's weight that is normalised, and not what images become: then there are no running statistics. */
export function normalisesWeight({ inputs: [x = ''] }: OnnxNode, model: OnnxModel): boolean {
  return model.constants.has(storedBehind(x, model));
}

function batchNormRoles(node: OnnxNode, model: OnnxModel): LayerRoles {
  if (!normalisesWeight(node, model)) return ['none', 'norm', 'norm', 'buffer', 'buffer'];
  const [, scale, offset] = node.inputs.map((name) => model.constants.get(name));
  return ['none', isAll(scale, 1) ? 'none' : 'norm', isAll(offset, 0) ? 'none' : 'norm', 'none', 'none'];
}

/** With stored statistics it can be trained further, whatever state it was exported in. */
function batchNorm(node: NodeReader): Value {
  // Up to operator set 8; other values normalise each place by itself.
  if (node.int('spatial', 1) !== 1) throw node.unsupported('normalises each place by itself');
  const x = node.value(0);
  if (x.shape.length < 2) throw node.invalid(`normalises the channels of [${x.shape}]`);
  const [batch, channels] = [at(x.shape, 0), at(x.shape, 1)];
  const map = x.shape.length === 4 ? x : reshape(x, [batch, channels, sizeOf(x.shape.slice(2)), 1]);
  const epsilon = node.float('epsilon', 1e-5);
  const perChannel = (i: number, what: string) => node.floats(i, what, [channels]);
  const [scale, bias] = [perChannel(1, 'scale'), perChannel(2, 'bias')];
  if (!node.context.fromImages(at(node.node.inputs, 0)) && node.int('training_mode', 0) === 1)
    return byOwnStatistics(x, { scale, bias }, epsilon);
  const [mean, variance] = [perChannel(3, 'mean'), perChannel(4, 'variance')];
  const names = [1, 2, 3, 4].map((i) => at(node.node.inputs, i));
  const { roles } = node.context;
  const stored = names.every((name, i) => roles.get(name) === (i < 2 ? 'norm' : 'buffer'));
  const y = stored
    ? batchNormNamed(
        node.context.scope,
        map,
        { scale: at(names, 0), bias: at(names, 1), mean: at(names, 2), variance: at(names, 3) },
        // ONNX's momentum is what remains of the old statistics, torch's what the new ones get.
        { epsilon, momentum: 1 - node.float('momentum', 0.9) },
      )
    : batchNormalization(map, { scale, bias, mean, variance }, epsilon);
  return reshape(y, x.shape);
}

/** How the standardisation of a weight [N,C,...] is written: the statistics beside it are those of an earlier one. */
function byOwnStatistics(x: Value, affine: { readonly scale: Value; readonly bias: Value }, epsilon: number) {
  const [batch, channels] = [at(x.shape, 0), at(x.shape, 1)];
  const size = sizeOf(x.shape.slice(2));
  const swap = [1, 0, 2];
  const rows = reshape(transpose(reshape(x, [batch, channels, size]), swap), [channels, batch * size]);
  const scaled = mul(layerNormalization(rows, epsilon), reshape(affine.scale, [channels, 1]));
  const y = add(scaled, reshape(affine.bias, [channels, 1]));
  return reshape(transpose(reshape(y, [channels, batch, size]), swap), x.shape);
}

function isAll(tensor: Tensor | undefined, number: number): boolean {
  return tensor !== undefined && isFilled(tensor, number);
}
