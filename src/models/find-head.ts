import { AdarandError } from '../errors.js';
import { type LinearHead, layerOf } from './head/linear-layer.js';
import { sumOfHeads } from './head/sum-of-heads.js';
import { unusedName, withNode } from './head/with-node.js';
import type { OnnxModel, OnnxNode } from './onnx-import/decode.js';

/** The classifier at the end of an ONNX graph, and what it reads. */
export interface FoundHead {
  /** Name of the value that the classifier reads. */
  readonly features: string;
  /** Whether that value's maps [N,d,H,W] must still be averaged. */
  readonly pool: boolean;
  /** Without it, the features are all that is known. */
  readonly linear: Pick<LinearHead, 'weight' | 'bias'> | undefined;
  /** The model with the nodes that make the features, where they are not in the file as they are. */
  readonly model: OnnxModel;
  /** Name of the value that the classifier gives in the end; without one, of the features. */
  readonly output: string;
  /** What the file makes of the logits. */
  readonly normalised: 'Softmax' | 'LogSoftmax' | undefined;
}

/** Operators between a classifier and the output that leave the order of the logits alone. */
const transparent = new Set([
  'Cast',
  'Dropout',
  'Flatten',
  'Identity',
  'LogSoftmax',
  'Reshape',
  'Softmax',
  'Squeeze',
]);

/** What is made of logits at the end that does not tell their values: they are looked at before it. */
const decisive = new Set(['ArgMax', 'Hardmax', 'Sigmoid', 'TopK']);

/**
 * Finds the last linear layer: the Gemm, the MatMul (with its Add) or the 1x1 Conv from which the output `logits`
 * (or the first one) comes. A 1x1 Conv may come before the average pooling: a mean of linear maps is the linear
 * map of the mean. Several linear layers whose sum or mean is the output are one, and one for every token of which one is
 * taken is one for that token.
 *
 * @throws AdarandError `model.no-head`, listing the last operators.
 */
export function findHead(model: OnnxModel): FoundHead {
  const passed: OnnxNode[] = [];
  const [firstOutput] = model.outputs;
  let output = model.outputs.includes('logits') ? 'logits' : firstOutput;
  let name = output;
  let pool = false;
  let normalised: FoundHead['normalised'];
  let pick: OnnxNode | undefined;
  for (;;) {
    const node = name === undefined ? undefined : model.producers.get(name);
    if (node === undefined || output === undefined || passed.includes(node)) throw noHead(model, passed);
    passed.push(node);
    const head = layerOf(node, model, pool);
    if (head !== undefined)
      return { ...found(head, model), ...pickedBefore(head, pick, model), output, normalised };
    const isSum = !pool && pick === undefined && !transparent.has(node.type);
    const sum = isSum ? sumOfHeads(node, model) : undefined;
    if (sum !== undefined) return { ...found(sum, sum.model), output, normalised };
    if (node.type === 'Softmax' || node.type === 'LogSoftmax') normalised ??= node.type;
    if (decisive.has(node.type)) {
      output = node.inputs[0];
      normalised = undefined;
    } else if (isGlobalAverage(node, model) && !pool) pool = true;
    else if (pick === undefined && !pool && isPick(node, model)) pick = node;
    else if (!transparent.has(node.type)) throw noHead(model, passed);
    name = node.inputs[0];
  }
}

/**
 * The value of this name as features, without a classifier; maps are averaged.
 *
 * @throws AdarandError `model.no-such-value`.
 */
export function namedFeatures(name: string, model: OnnxModel): FoundHead {
  if (!model.producers.has(name))
    throw new AdarandError(
      'model.no-such-value',
      `${model.file} computes no value "${name}"`,
      `Give the name of a value as Netron shows it, or one of its outputs: ${model.outputs.join(', ')}.`,
    );
  return { model, features: name, pool: true, linear: undefined, output: name, normalised: undefined };
}

function found({ features, pool, weight, bias }: LinearHead, model: OnnxModel) {
  return { model, features, pool, linear: { weight, bias } };
}

/** Whether a node takes one of each image's tokens. */
function isPick({ type, attributes, inputs: [, index = ''] }: OnnxNode, { constants }: OnnxModel): boolean {
  return type === 'Gather' && attributes.get('axis')?.i === 1n && constants.get(index)?.shape.length === 0;
}

/** The token is taken before the layer, rather than after it. */
function pickedBefore({ features }: LinearHead, pick: OnnxNode | undefined, model: OnnxModel) {
  if (pick === undefined) return { model };
  const picked = unusedName('features of one token', model);
  const node = { ...pick, inputs: pick.inputs.with(0, features), outputs: [picked] };
  return { model: withNode(model, node), features: picked };
}

function isGlobalAverage({ type, attributes, inputs }: OnnxNode, { constants }: OnnxModel): boolean {
  if (type === 'GlobalAveragePool') return true;
  const given = attributes.get('axes')?.ints ?? constants.get(inputs[1] ?? '')?.data;
  return type === 'ReduceMean' && ['2,3', '-2,-1', '-1,-2'].includes(given?.join() ?? '');
}

function noHead({ file, outputs }: OnnxModel, passed: readonly OnnxNode[]): AdarandError {
  const last = passed
    .toReversed()
    .map(({ type, name }) => `${type} "${name}"`)
    .join(', ');
  return new AdarandError(
    'model.no-head',
    `${file} does not end in a linear classifier: its output ${outputs.length > 0 ? outputs[0] : '(none)'} comes from ${last === '' ? 'no operator' : last}`,
    'Choose a model whose last layer is linear on pooled features, or say which value the new head is to read: `features`, --features NAME.',
  );
}
