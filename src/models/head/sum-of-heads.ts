import { at } from '../../errors.js';
import { attributeProto } from '../../graph/onnx/protos.js';
import { float32, type Tensor } from '../../graph/tensor.js';
import type { OnnxModel, OnnxNode } from '../onnx-import/decode.js';
import { type LinearHead, layerOf } from './linear-layer.js';
import { unusedName, withNode } from './with-node.js';

/** Several linear layers as one, and the model with the node that makes its features of theirs. */
export interface SummedHead extends LinearHead {
  readonly model: OnnxModel;
}

/** A linear layer times a number. */
interface Term {
  readonly factor: number;
  readonly layer: LinearHead;
}

/** More heads than any network has, and what keeps a file from being searched for long. */
const MOST = 8;

/**
 * A sum of linear layers, each maybe times a number: the mean of a classifier and one that learned by distillation, say.
 * It is one linear layer, of the features of all after one another.
 */
export function sumOfHeads(node: OnnxNode, model: OnnxModel): SummedHead | undefined {
  const terms = termsOf(node, model, { left: 8 * MOST });
  const [first] = terms ?? [];
  if (terms === undefined || first === undefined || terms.length > MOST) return undefined;
  if (terms.some(({ layer }) => layer.weight.shape[0] !== first.layer.weight.shape[0])) return undefined;
  const inputs = [...new Set(terms.map(({ layer }) => layer.features))];
  const weights = inputs.map((features) =>
    total(
      terms.flatMap(({ factor, layer }) => (layer.features === features ? [[factor, layer.weight]] : [])),
    ),
  );
  const bias = total(terms.map(({ factor, layer }) => [factor, layer.bias]));
  const rest = { pool: false, bias, biased: terms.some(({ layer }) => layer.biased) };
  if (inputs.length === 1) return { ...rest, features: at(inputs, 0), weight: at(weights, 0), model };
  const features = unusedName('features of all heads', model);
  const concatenated: OnnxNode = {
    type: 'Concat',
    domain: '',
    name: features,
    inputs,
    outputs: [features],
    attributes: new Map([['axis', attributeProto('axis', 1)]]),
  };
  return { ...rest, features, weight: sideBySide(weights), model: withNode(model, concatenated) };
}

/** The terms of a sum; undefined where it is none. `budget`: nodes that may still be looked at. */
function termsOf(
  node: OnnxNode | undefined,
  model: OnnxModel,
  budget: { left: number },
): readonly Term[] | undefined {
  if (node === undefined || budget.left-- <= 0) return undefined;
  const layer = layerOf(node, model, false);
  if (layer !== undefined) return [{ factor: 1, layer }];
  const { type, inputs } = node;
  const [first, second] = inputs;
  const behind = (name: string | undefined) =>
    termsOf(name === undefined ? undefined : model.producers.get(name), model, budget);
  switch (type) {
    case 'Identity':
    case 'Dropout':
      return behind(first);
    case 'Add':
    case 'Sum':
      return joined(inputs.map(behind));
    case 'Mean':
      return scaled(joined(inputs.map(behind)), 1 / inputs.length);
    case 'Mul':
      return scaled(behind(first), number(second, model)) ?? scaled(behind(second), number(first, model));
    case 'Div': {
      const divisor = number(second, model);
      return scaled(behind(first), divisor && 1 / divisor);
    }
    case 'ReduceMean': {
      const stack = stackOf(node, model);
      return stack && scaled(joined(stack.map(behind)), 1 / stack.length);
    }
    default:
      return undefined;
  }
}

/** What a mean over the first axis is of, where that is a stack of values. */
function stackOf({ inputs: [input = '', axes = ''], attributes }: OnnxNode, model: OnnxModel) {
  const axis = attributes.get('axes')?.ints ?? [...(model.constants.get(axes)?.data ?? [])].map(BigInt);
  const stack = model.producers.get(input);
  if (axis.join() !== '0' || stack?.type !== 'Concat' || stack.attributes.get('axis')?.i !== 0n)
    return undefined;
  const members = stack.inputs.map((name) => model.producers.get(name));
  const places = members.map(
    (member) => member?.attributes.get('axes')?.ints ?? model.constants.get(member?.inputs[1] ?? '')?.data,
  );
  if (members.some((member, i) => member?.type !== 'Unsqueeze' || String(places[i]) !== '0'))
    return undefined;
  return members.map((member) => member?.inputs[0]);
}

function joined(parts: readonly (readonly Term[] | undefined)[]): readonly Term[] | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === parts.length ? known.flat() : undefined;
}

function scaled(terms: readonly Term[] | undefined, by: number | undefined): readonly Term[] | undefined {
  if (terms === undefined || by === undefined || !Number.isFinite(by)) return undefined;
  return terms.map(({ factor, layer }) => ({ factor: factor * by, layer }));
}

/** A stored number. */
function number(name: string | undefined, { constants }: OnnxModel): number | undefined {
  const tensor = name === undefined ? undefined : constants.get(name);
  return tensor?.data.length === 1 ? Number(tensor.data[0]) : undefined;
}

function total(parts: readonly (readonly [number, Tensor<'float32'>])[]): Tensor<'float32'> {
  const [, { shape, data }] = at(parts, 0);
  return float32(
    shape,
    data.map((_, i) => parts.reduce((sum, [factor, part]) => sum + factor * at(part.data, i), 0)),
  );
}

/** [K, d1 + d2 ...] */
function sideBySide(weights: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const count = at(at(weights, 0).shape, 0);
  const widths = weights.map(({ shape }) => at(shape, 1));
  const width = widths.reduce((a, b) => a + b, 0);
  const result = new Float32Array(count * width);
  let start = 0;
  weights.forEach(({ data }, i) => {
    const own = at(widths, i);
    for (let k = 0; k < count; k++) result.set(data.subarray(k * own, (k + 1) * own), k * width + start);
    start += own;
  });
  return float32([count, width], result);
}
