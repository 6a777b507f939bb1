import type { Arity } from './arity.js';
import type { Emitter, OnnxAttribute } from './emitter.js';
import type { Attributes, Node } from './operator.js';

/** For operators that are ONNX's own: one node of the same name, inputs, and integer or text attributes. */
export function emitUnderOwnName(
  emitter: Emitter,
  inputs: readonly string[],
  { operator, attributes }: Node<Attributes, Arity, 1>,
): readonly [string] {
  const written: Record<string, OnnxAttribute> = {};
  for (const [name, value] of Object.entries(attributes))
    written[name] = typeof value === 'boolean' ? Number(value) : value;
  return emitter.op(operator.name, inputs, written);
}
