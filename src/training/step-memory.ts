import { sizeOf } from '../graph/tensor.js';
import { input, topologicalOrder, type Value } from '../graph/value.js';
import type { Network } from '../nn/network.js';
import { recordingScope } from '../nn/scope.js';
import { buildFeatures } from './build-features.js';
import { PIXELS } from './input-names.js';
import { normalize } from './normalize.js';

/** What decides how much memory a step takes, in numbers. */
export interface StepSize {
  /** That are trained. */
  readonly parameters: number;
  /** Results of convolutions and linear layers for one image, as timm counts them, that a backward pass reads. */
  readonly activations: number;
}

/**
 * Bytes that a process takes that trains by steps of so many images: the weights with their gradients and next values, what
 * the optimizer keeps of each in so many slots and their next values, and what the backward pass needs. Fitted to the four
 * networks of docs/performance.md with one slot, which it gives within a fifth.
 */
export function stepBytes({ parameters, activations }: StepSize, slots: number, images: number): number {
  return 200e6 + (12 + 8 * slots) * parameters + (186 / 16) * activations * images;
}

/** Of plain fine-tuning, where parameters of these names are trained. */
export function stepSizeOf(network: Network, trained: ReadonlySet<string>): StepSize {
  const { imageSize } = network.preprocessing;
  const scope = recordingScope(network, { training: false });
  const pixels = input(PIXELS, { dtype: 'uint8', shape: [1, imageSize, imageSize, 3] });
  const { features } = buildFeatures(network, normalize(pixels, network.preprocessing), scope);
  const parameters = [...network.parameters].reduce(
    (sum, [name, { tensor }]) => sum + (trained.has(name) ? sizeOf(tensor.shape) : 0),
    0,
  );
  /** What depends on the image, and of that, what depends on something that is trained. */
  const ofImage = new Set<Value>([pixels]);
  const ofTrained = new Set<Value>();
  for (const [name, value] of scope.parameters) if (trained.has(name)) ofTrained.add(value);
  let activations = 0;
  for (const { operator, inputs, outputs } of topologicalOrder([features])) {
    const images = inputs.filter((value) => ofImage.has(value)).length;
    const learns = inputs.some((value) => ofTrained.has(value));
    for (const output of outputs) {
      if (images > 0) ofImage.add(output);
      if (learns) ofTrained.add(output);
    }
    const isLayer = operator.name === 'Conv' || (operator.name === 'MatMul' && inputs.length - images > 0);
    if (isLayer && images > 0 && learns) for (const output of outputs) activations += sizeOf(output.shape);
  }
  return { parameters, activations };
}
