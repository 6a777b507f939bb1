import { input, topologicalOrder, type Value } from '../graph/value.js';
import { askRule } from './ask-rule.js';

/**
 * Whether a gradient of `value` would reach a target: whether some path of nodes leads there on which every rule passes
 * gradients on. It asks the rules of all nodes on the way, of made-up gradients, and builds none of the answers.
 */
export function passesOn(value: Value, targets: ReadonlySet<Value>): boolean {
  const reached = new Set(targets);
  for (const node of topologicalOrder([value])) {
    const answers = askRule(
      node,
      node.outputs.map(({ shape }) => input('gradient', { dtype: 'float32', shape })),
    );
    const passes = node.inputs.some((input, i) => {
      const answer = answers[i];
      return reached.has(input) && (typeof answer === 'function' || answer?.kind === 'refused');
    });
    if (passes) for (const output of node.outputs) reached.add(output);
  }
  return reached.has(value);
}
