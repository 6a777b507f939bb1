import { at } from '../../errors.js';
import type { OnnxModel, OnnxNode } from '../onnx-import/decode.js';
import type { FoundHead } from './found-head.js';
import { type LinearHead, layerOf, readPointwise } from './linear-layer.js';
import { isCalledClassifier, isGlobalAverage, isPick, saysClasses } from './operators.js';

/**
 * What is taken of classifiers that are no linear layer as a whole, which is always said. `passed`: the nodes from
 * `output` back to one that no linear classifier has.
 */
export function partlyLinear(
  passed: readonly OnnxNode[],
  output: string | undefined,
  model: OnnxModel,
): FoundHead | undefined {
  const behind = passed.at(-1);
  if (behind === undefined) return undefined;
  const isPooled = passed.some((node) => isGlobalAverage(node, model));
  const isClassifier = output === 'logits' || passed.some(saysClasses);
  return isPooled
    ? rectified(behind, isClassifier, model)
    : passed.some((node) => isPick(node, model))
      ? undefined
      : withLargest(behind, model);
}

/** SqueezeNet's: a convolution, a ReLU and an average. Its features are what the convolution reads, averaged. */
function rectified(relu: OnnxNode, isClassifier: boolean, model: OnnxModel): FoundHead | undefined {
  const convolution = relu.type === 'Relu' ? producer(relu.inputs[0], model) : undefined;
  if (convolution?.type !== 'Conv') return undefined;
  if (!isClassifier && !isCalledClassifier(convolution)) return undefined;
  const features = readPointwise(convolution, model);
  if (features === undefined) return undefined;
  return {
    model,
    features,
    pool: true,
    tokens: undefined,
    linear: undefined,
    output: features,
    normalised: undefined,
    remark: () =>
      `its classifier, a convolution with a ReLU and an average, is not linear and is not used: the features are the mean of the maps that enter it, "${features}" (--features NAME takes another value), and the new head is linear`,
  };
}

/** VOLO's: of the class token, and to that the largest logits of all other tokens, times a number. The former is taken. */
function withLargest({ type, inputs }: OnnxNode, model: OnnxModel): FoundHead | undefined {
  const [first, second] = inputs;
  if (type !== 'Add' || first === undefined || second === undefined) return undefined;
  for (const [own, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const layer = layerAt(own, model);
    const largest = layer && largestOf(other, model);
    if (
      layer === undefined ||
      largest === undefined ||
      at(largest.weight.shape, 0) !== at(layer.weight.shape, 0)
    )
      continue;
    const { features, pool, weight, bias } = layer;
    return {
      model,
      features,
      pool,
      tokens: undefined,
      linear: { weight, bias },
      output: own,
      normalised: undefined,
      remark: () =>
        `of its two classifiers the one that gives "${own}" is used, and not the one of all other tokens, whose largest logits the file adds`,
    };
  }
  return undefined;
}

/** The linear layer on all tokens of whose results the largest are taken, maybe times a number. */
function largestOf(name: string, model: OnnxModel): LinearHead | undefined {
  const last = producer(name, model);
  const [first, second = ''] = last?.inputs ?? [];
  const isScaled = last?.type === 'Mul' && model.constants.get(second)?.data.length === 1;
  const node = isScaled ? producer(first, model) : last;
  if (node?.type !== 'ReduceMax') return undefined;
  const [x = '', axes = ''] = node.inputs;
  const reduced = node.attributes.get('axes')?.ints ?? model.constants.get(axes)?.data;
  return String(reduced) === '1' ? layerAt(x, model) : undefined;
}

function layerAt(name: string, model: OnnxModel): LinearHead | undefined {
  const node = producer(name, model);
  return node && layerOf(node, model, false);
}

function producer(name: string | undefined, { producers }: OnnxModel): OnnxNode | undefined {
  return name === undefined ? undefined : producers.get(name);
}
