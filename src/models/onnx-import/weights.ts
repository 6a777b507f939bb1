import { sizeOf, type Tensor } from '../../graph/tensor.js';
import type { ParameterKind } from '../../nn/network.js';
import type { OnnxModel, OnnxNode } from './decode.js';

export type WeightRole = ParameterKind | 'buffer';

/** What the stored inputs of a layer are. */
const layers: ReadonlyMap<string, readonly (WeightRole | undefined)[]> = new Map([
  ['Conv', [undefined, 'weight', 'bias']],
  ['ConvTranspose', [undefined, 'weight', 'bias']],
  ['Gemm', ['weight', 'weight', 'bias']],
  ['MatMul', ['weight', 'weight']],
  ['FusedMatMul', ['weight', 'weight']],
  ['BatchNormalization', [undefined, 'norm', 'norm', 'buffer', 'buffer']],
  ['LayerNormalization', [undefined, 'norm', 'norm']],
  ['PRelu', [undefined, 'norm']],
]);

/** What a stored operand of plain arithmetic is, where the other operand comes out of a layer. */
const arithmetic: ReadonlyMap<string, WeightRole> = new Map([
  ['Add', 'bias'],
  ['Sub', 'bias'],
  ['Mul', 'norm'],
  ['Div', 'norm'],
  ['Concat', 'norm'],
]);

/** Operators through which a stored tensor stays the same weight in another form. */
const views = new Set([
  'Identity',
  'Transpose',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Cast',
  'Expand',
]);

/**
 * Tells which stored tensors are weights, and of what kind: an ONNX file does not say. Layers' inputs are; an
 * operand of plain arithmetic is if it has several elements and meets a value that a layer has made (which leaves
 * out the constants by which a graph normalises its own input, and those of activation functions).
 */
export function weightRoles(model: OnnxModel, nodes: readonly OnnxNode[]): ReadonlyMap<string, WeightRole> {
  const roles = new Map<string, WeightRole>();
  const origins = new Map<string, string>();
  const learned = new Set<string>();
  for (const node of nodes) {
    const { type, inputs, outputs } = node;
    const origin = inputs[0] === undefined ? undefined : (origins.get(inputs[0]) ?? inputs[0]);
    if (views.has(type) && origin !== undefined && model.constants.has(origin))
      for (const output of outputs) origins.set(output, origin);
    const meetsLearned = inputs.some((input) => learned.has(input));
    inputs.forEach((input, i) => {
      const name = origins.get(input) ?? input;
      const tensor = model.constants.get(name);
      const plain = meetsLearned && sizeOf(tensor?.shape ?? []) > 1 ? arithmetic.get(type) : undefined;
      const role = layers.get(type)?.[i] ?? plain;
      if (tensor?.dtype !== 'float32' || role === undefined || roles.has(name)) return;
      if (type === 'LayerNormalization' && i === 1 && inputs.length === 2 && isOne(tensor)) return;
      roles.set(name, role);
    });
    if (meetsLearned || inputs.some((input) => roles.has(origins.get(input) ?? input)))
      for (const output of outputs) learned.add(output);
  }
  return roles;
}

/** A scale of ones without a shift is how a normalisation without an affine part is written. */
function isOne({ data }: Tensor): boolean {
  return data.every((element) => Number(element) === 1);
}
