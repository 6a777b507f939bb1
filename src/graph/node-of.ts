import type { Arity } from './arity.js';
import type { Attributes, Node, Operator, Value } from './operator.js';

/** The node that made a value, if it is one of the given operator. */
export function nodeOf<A extends Attributes, I extends Arity, O extends Arity>(
  { origin }: Value,
  operator: Operator<A, I, O>,
): Node<A, I, O> | undefined {
  return origin.kind === 'node' && applies(origin.node, operator) ? origin.node : undefined;
}

function applies<A extends Attributes, I extends Arity, O extends Arity>(
  node: Node<Attributes, Arity, Arity>,
  operator: Operator<A, I, O>,
): node is Node<A, I, O> {
  return node.operator.name === operator.name;
}
