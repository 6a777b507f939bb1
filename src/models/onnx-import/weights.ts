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

/**
 * Tells which stored tensors are weights, and of what kind: an ONNX file does not say. Layers' inputs are; an
 * operand of plain arithmetic is if it has several elements and meets a value that a layer has made (which leaves
 * out the constants by which a graph normalises its own input, and those of activation functions). A weight may
 * reach its layer reshaped, transposed or combined with others: then all that it is made of are weights.
 */
export function weightRoles(model: OnnxModel, nodes: readonly OnnxNode[]): ReadonlyMap<string, WeightRole> {
  const roles = new Map<string, WeightRole>();
  /** For a value that is computed from stored tensors alone: the float ones among them. */
  const origins = new Map<string, readonly string[]>();
  /** Values that come out of a layer, or of something that does. */
  const learned = new Set<string>();
  const originsOf = (name: string): readonly string[] | undefined => {
    const tensor = model.constants.get(name);
    if (tensor === undefined) return origins.get(name);
    return tensor.dtype === 'float32' ? [name] : [];
  };
  for (const { type, inputs, outputs } of nodes) {
    const given = inputs.filter((input) => input !== '');
    const meetsLearned = given.some((input) => learned.has(input));
    const claimed = inputs.map((input, i) => {
      const names = originsOf(input) ?? [];
      if (isOne(type, i, inputs, model)) return false;
      const several = names.filter((name) => sizeOf(model.constants.get(name)?.shape ?? []) > 1);
      const inLayer = layers.get(type)?.[i];
      const role = inLayer ?? (meetsLearned ? arithmetic.get(type) : undefined);
      if (role === undefined) return false;
      for (const name of inLayer === undefined ? several : names)
        if (!roles.has(name)) roles.set(name, kindOf(model.constants.get(name), role));
      return names.length > 0;
    });
    const stored = given.map(originsOf).filter((names) => names !== undefined);
    const fromConstants = stored.length === given.length;
    for (const output of outputs) {
      if (fromConstants) origins.set(output, [...new Set(stored.flat())]);
      else if (meetsLearned || claimed.includes(true)) learned.add(output);
    }
  }
  return roles;
}

/** A vector that scales a layer's matrix belongs to a normalisation folded into that layer. */
function kindOf(tensor: Tensor | undefined, role: WeightRole): WeightRole {
  return role === 'weight' && (tensor?.shape.length ?? 0) < 2 ? 'norm' : role;
}

/** A scale of ones without a shift is how a normalisation without an affine part is written. */
function isOne(type: string, i: number, inputs: readonly string[], model: OnnxModel): boolean {
  if (type !== 'LayerNormalization' || i !== 1 || (inputs[2] ?? '') !== '') return false;
  return model.constants.get(inputs[1] ?? '')?.data.every((element) => Number(element) === 1) ?? false;
}
