import { AdarandError } from '../../errors.js';
import type { Shape } from '../../graph/tensor.js';
import type { OnnxModel, OnnxNode } from '../onnx-import/decode.js';
import { tokenChoice } from './class-token.js';
import type { FoundHead } from './found-head.js';
import { type LinearHead, layerOf } from './linear-layer.js';
import { isGlobalAverage, isPick, shaping } from './operators.js';
import type { TokenChoice } from './tokens.js';

/** What libraries call the one vector that an encoder gives for an image. */
const pooledNames: ReadonlySet<string> = new Set([
  'embedding',
  'embeddings',
  'feature',
  'features',
  'image_embedding',
  'image_embeddings',
  'image_embeds',
  'image_features',
  'pooled',
  'pooled_output',
  'pooler_output',
]);

/** What they call its tokens, or its last maps. */
const TOKENS = 'last_hidden_state';

/**
 * The features of a file that calls what it gives by an encoder's names: `image_embeds`, `pooler_output`, or only
 * `last_hidden_state`. Undefined where the first output has another name.
 *
 * @throws AdarandError `model.no-head` where several outputs are called like features.
 */
export function namedEncoder(model: OnnxModel): FoundHead | undefined {
  const [first] = model.outputs;
  if (first === undefined || !(pooledNames.has(first) || first === TOKENS)) return undefined;
  return pooledOutput(model) ?? encoder(first, model);
}

/** As `namedEncoder`, for the output among all that is called like features. */
export function pooledOutput(model: OnnxModel): FoundHead | undefined {
  const [pooled, ...others] = model.outputs.filter((name) => pooledNames.has(name));
  if (pooled === undefined) return undefined;
  if (others.length > 0)
    throw new AdarandError(
      'model.no-head',
      `${model.file} gives several values that may be its features: ${[pooled, ...others].join(', ')}`,
      `Say which of them the new head is to read: \`features\`, --features ${pooled}`,
    );
  return encoder(pooled, model);
}

/**
 * The output of an encoder that calls it by no usual name, told by its last operators: a pooling, a normalisation or one
 * of its tokens, and not a linear layer. Undefined for what may be something else.
 */
export function encoderByItsEnd(model: OnnxModel): FoundHead | undefined {
  const [output, ...others] = model.outputs;
  if (output === undefined || others.length > 0) return undefined;
  return endsAsEncoder(output, model) ? encoder(output, model) : undefined;
}

function encoder(output: string, model: OnnxModel): FoundHead {
  const tokens = tokenChoice(output, model);
  return {
    model,
    features: output,
    pool: !endsInChannels(output, model),
    tokens,
    linear: undefined,
    output,
    normalised: undefined,
    remark: (shape) => remark(output, shape, tokens),
  };
}

function remark(output: string, [, ...shape]: Shape, tokens: TokenChoice): string {
  const ofTokens =
    tokens === 'class token'
      ? 'the first of its tokens, which is a class token'
      : 'the mean of its tokens, none of which is a class token';
  const isVector = shape.slice(1).every((n) => n === 1);
  const of = isVector ? 'its output' : shape.length === 2 ? ofTokens : 'the mean of its maps';
  return `it has no classifier of its own: the features are ${of}, "${output}" [${shape}] (--features NAME takes another value)`;
}

/** Operators that bring an embedding to a common scale; a classifier's logits are left as they are. */
const normalising: ReadonlySet<string> = new Set([
  'BatchNormalization',
  'LayerNormalization',
  'LpNormalization',
]);

/** Whether a normalisation over the last axis says that maps are [N,H,W,d]. */
function endsInChannels(output: string, model: OnnxModel): boolean {
  const node = behindShaping(output, model);
  return node?.type === 'LayerNormalization' && [undefined, -1n].includes(node.attributes.get('axis')?.i);
}

function endsAsEncoder(output: string, model: OnnxModel): boolean {
  let node = behindShaping(output, model);
  if (node === undefined) return false;
  if (normalising.has(node.type)) return true;
  const [first = ''] = node.inputs;
  // A transformer's pooler.
  if (node.type === 'Tanh') return layerBehind(first, model) !== undefined;
  const layer = layerOf(node, model, false);
  if (layer !== undefined) return isOfAttention(layer, model);
  if (!(isGlobalAverage(node, model) || isPick(node, model) || isPooling(node))) return false;
  const picked = isPick(node, model);
  node = behindShaping(first, model);
  const pooledLayer = node && layerOf(node, model, false);
  if (pooledLayer !== undefined) return picked && isOfAttention(pooledLayer, model);
  if (node?.type === 'Conv') return false;
  return node?.type !== 'Relu' || layerBehind(node.inputs[0] ?? '', model) === undefined;
}

/** Means and maxima over positions or tokens. */
function isPooling({ type }: OnnxNode): boolean {
  return ['AveragePool', 'GlobalMaxPool', 'ReduceMax', 'ReduceMean'].includes(type);
}

/** Whether a linear layer is the projection at the end of an attention. */
function isOfAttention({ features }: LinearHead, model: OnnxModel): boolean {
  const mixing = behindShaping(features, model);
  return mixing?.type === 'MatMul' && model.producers.get(mixing.inputs[0] ?? '')?.type === 'Softmax';
}

/** The linear layer whose result a value is, in another shape. */
export function layerBehind(name: string, model: OnnxModel): LinearHead | undefined {
  const node = behindShaping(name, model);
  return node && layerOf(node, model, false);
}

/** What makes the elements of a value. */
function behindShaping(name: string, { producers }: OnnxModel): OnnxNode | undefined {
  const seen = new Set<string>();
  for (let node = producers.get(name); node !== undefined; node = producers.get(node.inputs[0] ?? '')) {
    const [output = ''] = node.outputs;
    if (seen.has(output)) return undefined;
    if (!shaping.has(node.type)) return node;
    seen.add(output);
  }
  return undefined;
}
