import type { OnnxModel, OnnxNode } from '../onnx-import/decode.js';

/** Operators that give the elements of what they read. */
export const shaping: ReadonlySet<string> = new Set([
  'Cast',
  'Dropout',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** What is made of logits at the end that does not tell their values: they are looked at before it. */
export const decisive: ReadonlySet<string> = new Set(['ArgMax', 'Hardmax', 'Sigmoid', 'TopK']);

/** Whether a node at the end makes probabilities or a decision, which only a classifier's results are for. */
export function saysClasses({ type }: OnnxNode): boolean {
  return type === 'LogSoftmax' || type === 'Softmax' || decisive.has(type);
}

/** Whether a node averages maps [N,C,H,W] over all of their positions. */
export function isGlobalAverage({ type, attributes, inputs }: OnnxNode, { constants }: OnnxModel): boolean {
  if (type === 'GlobalAveragePool') return true;
  const given = attributes.get('axes')?.ints ?? constants.get(inputs[1] ?? '')?.data;
  return type === 'ReduceMean' && ['2,3', '-2,-1', '-1,-2'].includes(given?.join() ?? '');
}

/** Whether a node takes one of each image's tokens, [N,T,d] or [T,N,d]. */
export function isPick(
  { type, attributes, inputs: [, index = ''] }: OnnxNode,
  { constants }: OnnxModel,
): boolean {
  const axis = Number(attributes.get('axis')?.i ?? 0);
  return type === 'Gather' && axis <= 1 && axis >= 0 && constants.get(index)?.shape.length === 0;
}

/** Whether an exporter has kept, in the name of a layer or of its weight, that it is part of a `classifier`. */
export function isCalledClassifier({ name, inputs: [, weight = ''] }: OnnxNode): boolean {
  return [name, weight].some((each) => /(^|[./])classifier[./]/.test(each));
}
