import { at } from '../../errors.js';
import { Clip } from '../../graph/operators/clip.js';
import { MaxPool } from '../../graph/operators/max-pool.js';
import { Relu } from '../../graph/operators/relu.js';
import { Sigmoid } from '../../graph/operators/sigmoid.js';
import { Tanh } from '../../graph/operators/tanh.js';
import { apply, type Node, type Value } from '../../graph/value.js';
import type { Fusion } from './fusion.js';

/** Functions that never decrease, and so commute with a maximum. */
export const increasing = [Relu, Clip, Sigmoid, Tanh] as const;

/** max(f(x)) = f(max(x)): with a stride of 2, there is a quarter as much to activate. */
export const activationAfterPooling: Fusion = (node, [activated], readersOf) => {
  if (node.operator.name !== MaxPool.name || activated === undefined) return undefined;
  const activation = activationOf(activated);
  // The offsets of the maxima are other ones where an activation makes elements equal.
  const free = readersOf(at(node.inputs, 0)).length === 1 && readersOf(at(node.outputs, 1)).length === 0;
  if (activation === undefined || !free) return undefined;
  const results = apply(node.operator, activation.inputs, node.attributes);
  return [...apply(activation.operator, [at(results, 0)], activation.attributes), at(results, 1)];
};

function activationOf({ origin }: Value): Node | undefined {
  return origin.kind === 'node' && increasing.some(({ name }) => name === origin.node.operator.name)
    ? origin.node
    : undefined;
}
