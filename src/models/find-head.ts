import { AdarandError, at } from '../errors.js';
import { encoderByItsEnd, layerBehind, namedEncoder, pooledOutput } from './head/encoder.js';
import type { FoundHead } from './head/found-head.js';
import { type LinearHead, layerOf } from './head/linear-layer.js';
import { decisive, isCalledClassifier, isGlobalAverage, isPick, saysClasses } from './head/operators.js';
import { partlyLinear } from './head/partly-linear.js';
import { sumOfHeads } from './head/sum-of-heads.js';
import { unusedName, withNode } from './head/with-node.js';
import type { OnnxModel, OnnxNode } from './onnx-import/decode.js';

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

/** What the user says of a file's head. */
export interface HeadChoice {
  /** Name of the value that becomes the features, in the place of what enters the last linear layer. */
  readonly features?: string;
  /** Name of the value that the pretrained classifier gives: an output, or one inside. */
  readonly logits?: string;
  /** Names of the pretrained classes, as the model's configuration has them. */
  readonly classes?: readonly string[];
}

/**
 * What a new head reads, and the pretrained classifier: those that are named; else the classifier that the output
 * `logits` (or the first one) comes from; else what an encoder gives.
 *
 * @throws AdarandError `model.no-head`, listing the last operators, and `model.no-such-value`.
 */
export function findHead(model: OnnxModel, { features, logits, classes }: HeadChoice = {}): FoundHead {
  if (logits !== undefined) return namedClassifier(logits, features, model);
  if (features !== undefined) return namedFeatures(features, model);
  if (model.outputs.includes('logits')) {
    const found = classifierAt('logits', model);
    return found.head ?? partlyLinear(found.passed, 'logits', model) ?? refuse(model, found.passed);
  }
  const named = namedEncoder(model);
  if (named !== undefined) return named;
  const found = classifierAt(model.outputs[0], model);
  if (found.head !== undefined) return { ...found.head, remark: maybeProjection(found, classes) };
  return (
    partlyLinear(found.passed, model.outputs[0], model) ??
    pooledOutput(model) ??
    encoderByItsEnd(model) ??
    refuse(model, found.passed)
  );
}

/** A classifier, or the operators that were passed where there is none. */
type Search =
  | { readonly head: FoundHead; readonly layer: LinearHead; readonly passed: readonly OnnxNode[] }
  | { readonly head?: undefined; readonly layer?: undefined; readonly passed: readonly OnnxNode[] };

/** What is to be said of a last layer that may also be an encoder's projection, which has no bias. */
function maybeProjection(
  { head, layer, passed }: Extract<Search, { head: FoundHead }>,
  classes: readonly string[] | undefined,
): FoundHead['remark'] {
  const count = at(layer.weight.shape, 0);
  const isClassifier = passed.some((node) => saysClasses(node) || isCalledClassifier(node));
  if (layer.biased || isClassifier || classes?.length === count) return undefined;
  return () =>
    `its last linear layer has no bias and is taken for a classifier of ${count} classes; if it is a projection, take what it gives as the features: --features ${head.output} (--logits ${head.output} says that it is none)`;
}

/**
 * Finds the last linear layer: the Gemm, the MatMul (with its Add) or the 1x1 Conv from which a value comes. A 1x1
 * Conv may come before the average pooling: a mean of linear maps is the linear map of the mean. Several linear layers
 * whose sum or mean is the output are one, and one for every token of which one is taken is one for that token.
 */
function classifierAt(wanted: string | undefined, model: OnnxModel): Search {
  const passed: OnnxNode[] = [];
  let output = wanted;
  let name = output;
  let pool = false;
  let normalised: FoundHead['normalised'];
  let pick: OnnxNode | undefined;
  for (;;) {
    const node = name === undefined ? undefined : model.producers.get(name);
    if (node === undefined || output === undefined || passed.includes(node)) return { passed };
    passed.push(node);
    const head = layerOf(node, model, pool);
    const rest = { output, normalised, tokens: undefined, remark: undefined };
    if (head !== undefined)
      return {
        head: { ...found(head, model), ...pickedBefore(head, pick, model), ...rest },
        layer: head,
        passed,
      };
    const isSum = !pool && pick === undefined && !transparent.has(node.type);
    const sum = isSum ? sumOfHeads(node, model) : undefined;
    if (sum !== undefined) return { head: { ...found(sum, sum.model), ...rest }, layer: sum, passed };
    if (node.type === 'Softmax' || node.type === 'LogSoftmax') normalised ??= node.type;
    if (decisive.has(node.type)) {
      output = node.inputs[0];
      normalised = undefined;
    } else if (isGlobalAverage(node, model) && !pool) pool = true;
    else if (pick === undefined && !pool && isPickOfTokens(node, model)) pick = node;
    else if (!transparent.has(node.type)) return { passed };
    name = node.inputs[0];
  }
}

/**
 * The classifier that this value comes from; `features` may say what it reads.
 *
 * @throws AdarandError `model.no-such-value`, `model.no-head`.
 */
function namedClassifier(logits: string, features: string | undefined, model: OnnxModel): FoundHead {
  requireValue(logits, model);
  if (features !== undefined) requireValue(features, model);
  const { head, passed } = classifierAt(logits, model);
  if (head === undefined)
    throw new AdarandError(
      'model.no-head',
      `${model.file}: "${logits}" does not come from a linear classifier, but from ${chainOf(passed)}`,
      'Name what a linear layer gives with `logits` (--logits), or leave it out and name what the new head is to read: `features`, --features NAME.',
    );
  if (features !== undefined && head.features !== features)
    throw new AdarandError(
      'model.no-head',
      `${model.file}: the classifier that gives "${logits}" reads "${head.features}", not "${features}"`,
      'Leave one of the two out: `logits` (--logits) or `features` (--features).',
    );
  return head;
}

function requireValue(name: string, { producers, file, outputs }: OnnxModel): void {
  if (!producers.has(name))
    throw new AdarandError(
      'model.no-such-value',
      `${file} computes no value "${name}"`,
      `Give the name of a value as Netron shows it, or one of its outputs: ${outputs.join(', ')}.`,
    );
}

/**
 * The value of this name as features, without a classifier; maps are averaged.
 *
 * @throws AdarandError `model.no-such-value`.
 */
function namedFeatures(name: string, model: OnnxModel): FoundHead {
  requireValue(name, model);
  return {
    model,
    features: name,
    pool: true,
    tokens: undefined,
    linear: undefined,
    output: name,
    normalised: undefined,
    remark: undefined,
  };
}

function found({ features, pool, weight, bias }: LinearHead, model: OnnxModel) {
  return { model, features, pool, linear: { weight, bias } };
}

/** Whether a node takes one of each image's tokens [N,T,d]. */
function isPickOfTokens(node: OnnxNode, model: OnnxModel): boolean {
  return isPick(node, model) && node.attributes.get('axis')?.i === 1n;
}

/** The token is taken before the layer, rather than after it. */
function pickedBefore({ features }: LinearHead, pick: OnnxNode | undefined, model: OnnxModel) {
  if (pick === undefined) return { model };
  const picked = unusedName('features of one token', model);
  const node = { ...pick, inputs: pick.inputs.with(0, features), outputs: [picked] };
  return { model: withNode(model, node), features: picked };
}

function refuse(model: OnnxModel, passed: readonly OnnxNode[]): never {
  const { file, outputs } = model;
  const [output] = outputs;
  const classifier = outputs.find((name) => classifierAt(name, model).head !== undefined);
  const before = layerBehind(passed.at(-1)?.inputs[0] ?? '', model);
  const choice =
    before === undefined || output === undefined
      ? 'say which value the new head is to read: `features`, --features NAME.'
      : `say what the new head is to read, \`features\`: what the last linear layer reads, --features ${before.features}, or what the file gives, --features ${output}`;
  throw new AdarandError(
    'model.no-head',
    `${file} does not end in a linear classifier: its output ${output ?? '(none)'} comes from ${chainOf(passed)}`,
    classifier === undefined
      ? `Choose a model whose last layer is linear on pooled features, or ${choice}`
      : `If another output is the pretrained classifier's, name it, \`logits\`: --logits ${classifier}; or ${choice}`,
  );
}

/** Operators that were passed from a value back, the last at the end. */
function chainOf(passed: readonly OnnxNode[]): string {
  const chain = passed.toReversed().map(({ type, name }) => `${type} "${name}"`);
  return chain.length === 0 ? 'no operator' : chain.join(', ');
}
