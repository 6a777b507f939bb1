import type { Node, Value } from '../graph/value.js';

/** The node of an operator whose first output a value is, where it is one: what rules recognise graphs by. */
export function madeBy({ origin }: Value, operator: { readonly name: string }): Node | undefined {
  return origin.kind === 'node' && origin.index === 0 && origin.node.operator.name === operator.name
    ? origin.node
    : undefined;
}
