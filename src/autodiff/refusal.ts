import { AdarandError, at } from '../errors.js';
import type { Node, Value } from '../graph/value.js';

/** Operators of a path that are named at either end; what lies between is left out. */
const NAMED_AT_EACH_END = 4;

/** The error that a gradient does not exist: of which input, why, and on which way from the loss. */
export function refusal(loss: Value, node: Node, index: number, reason: string): AdarandError {
  const { origin } = at(node.inputs, index);
  const input = origin.kind === 'input' ? `input ${index} (${origin.name})` : `input ${index}`;
  return new AdarandError(
    'graph.no-gradient',
    `${node.operator.name} has no gradient with respect to its ${input}: ${reason}. ` +
      `The way from the loss: ${shortened(wayTo(loss, node)).join(' < ')}`,
    'Put stopGradient around that input if it is meant to be a constant; else write it with other operators.',
  );
}

/** The operators from the loss down to a node, along a shortest way. */
function wayTo(loss: Value, node: Node): string[] {
  const user = new Map<Node, Node | undefined>();
  const queue: Node[] = [];
  const visit = ({ origin }: Value, from: Node | undefined) => {
    if (origin.kind !== 'node' || user.has(origin.node)) return;
    user.set(origin.node, from);
    queue.push(origin.node);
  };
  visit(loss, undefined);
  for (const next of queue) {
    if (next === node) break;
    for (const input of next.inputs) visit(input, next);
  }
  const way: string[] = [];
  for (let next: Node | undefined = node; next !== undefined; next = user.get(next))
    way.unshift(next.operator.name);
  return way;
}

function shortened(names: readonly string[]): readonly string[] {
  if (names.length <= 2 * NAMED_AT_EACH_END + 1) return names;
  const left = names.length - 2 * NAMED_AT_EACH_END;
  return names.toSpliced(NAMED_AT_EACH_END, left, `(${left} more)`);
}
