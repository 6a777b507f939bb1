import { lastTwo } from '../../graph/shapes.js';
import type { Tensor } from '../../graph/tensor.js';
import type { OnnxModel, OnnxNode } from './decode.js';
import { storedBehind } from './stored-behind.js';

/** A score this much lower gets no attention: its exponential is no float32. */
const HIDDEN = -100;

/**
 * Names of the stored tensors that are added to scores of attention to hide some of the tokens: each element is 0 or as
 * low as a score can be. They are no biases, and are not trained.
 */
export function attentionMasks(model: OnnxModel, nodes: readonly OnnxNode[]): readonly string[] {
  const normalised = new Set(
    nodes.flatMap(({ type, inputs }) => (type === 'Softmax' ? inputs.slice(0, 1) : [])),
  );
  return nodes.flatMap(({ type, inputs, outputs: [sum = ''] }) =>
    type !== 'Add'
      ? []
      : inputs.flatMap((input) => {
          const name = storedBehind(input, model);
          const tensor = model.constants.get(name);
          return tensor !== undefined && isMask(tensor, normalised.has(sum)) ? [name] : [];
        }),
  );
}

/** `hidesNothing`: also where all elements are 0. */
function isMask({ shape, data }: Tensor, hidesNothing: boolean): boolean {
  if (shape.length < 2 || lastTwo(shape).some((size) => size < 2)) return false;
  let lowest = 0;
  for (const element of data) {
    const number = Number(element);
    if (number !== 0 && !(number <= HIDDEN)) return false;
    lowest = Math.min(lowest, number);
  }
  return lowest < 0 || hidesNothing;
}
