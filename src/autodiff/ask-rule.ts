import { invariant } from '../errors.js';
import type { Gradient } from '../graph/operator.js';
import type { Node, Value } from '../graph/value.js';

/** What the operator's rule answers, one answer for each input; `gradients` are those of the node's outputs. */
export function askRule(node: Node, gradients: readonly (Value | undefined)[]): readonly Gradient[] {
  const { operator, inputs, outputs, attributes } = node;
  const answers = operator.gradient({ inputs, outputs, attributes, gradients });
  invariant(
    answers.length === inputs.length && inputs.every((_, i) => answers[i] !== undefined),
    `the gradient rule of ${operator.name} answers for ${answers.length} of its ${inputs.length} inputs`,
  );
  return answers;
}
