import { at, invariant } from '../errors.js';
import { add } from '../graph/operators/add.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { type Shape, sameShape, sizeOf } from '../graph/tensor.js';
import { type Node, scalar, topologicalOrder, type Value } from '../graph/value.js';
import { askRule } from './ask-rule.js';
import { passesOn } from './passes-on.js';
import { refusal } from './refusal.js';

/**
 * Reverse-mode differentiation: d loss / d target for each target, as new values of the same graph.
 *
 * One walk from the loss back to the targets, over only those nodes that lie between them. A node's rule is asked
 * for the gradients of those inputs that lead to a target; what a rule returns is summed over the axes that
 * broadcasting had expanded, and added to what other users of that input contributed. A target that the loss does
 * not depend on gets zeros.
 *
 * `loss` must have one element; its own gradient is 1.
 *
 * @throws AdarandError `graph.no-gradient` where a target is reached only through a gradient that does not exist.
 */
export function gradients(loss: Value, targets: readonly Value[]): Value[] {
  invariant(sizeOf(loss.shape) === 1, `a loss is a scalar, not [${loss.shape}]`);
  const order = topologicalOrder([loss]);
  const wanted = new Set(targets);
  const relevant = dependingOn(wanted, order);
  const gradientOf = new Map<Value, Value>([[loss, scalar(1, loss.shape)]]);
  for (const node of order.toReversed()) {
    const outputs = node.outputs.map((output) => gradientOf.get(output));
    if (outputs.every((output) => output === undefined)) continue;
    if (!node.inputs.some((input) => relevant.has(input))) continue;
    const rules = askRule(node, outputs);
    node.inputs.forEach((input, i) => {
      const rule = at(rules, i);
      if (!relevant.has(input)) return;
      if (typeof rule !== 'function') {
        if (rule.kind === 'refused' && passesOn(input, wanted)) throw refusal(loss, node, i, rule.reason);
        return;
      }
      const gradient = sumToShape(rule(), input.shape);
      const before = gradientOf.get(input);
      gradientOf.set(input, before === undefined ? gradient : add(before, gradient));
    });
  }
  return targets.map((target) => gradientOf.get(target) ?? scalar(0, target.shape));
}

/** The values that depend on a target: nothing else needs a gradient. */
function dependingOn(targets: ReadonlySet<Value>, order: readonly Node[]): ReadonlySet<Value> {
  const reached = new Set(targets);
  for (const node of order)
    if (node.inputs.some((input) => reached.has(input)))
      for (const output of node.outputs) reached.add(output);
  return reached;
}

/** Undoes broadcasting: sums over the axes along which `shape` was repeated. */
function sumToShape(gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient;
  const lead = gradient.shape.length - shape.length;
  const repeated = gradient.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  );
  return reshape(repeated.length > 0 ? reduceSum(gradient, repeated) : gradient, shape);
}
