import { invariant } from '../errors.js';
import type { Arity, Tuple } from './arity.js';
import type { Attributes, Node, Operator, Value } from './operator.js';
import { requireValues } from './require-values.js';
import { isFilled, type Shape, sameShape, sizeOf, type Tensor, type TensorType } from './tensor.js';

export type { Attribute, Attributes, Node, Value } from './operator.js';

/** A value supplied at each run: images, labels, noise, a parameter, a learning rate. */
export function input(name: string, type: TensorType): Value {
  return { dtype: type.dtype, shape: type.shape, origin: { kind: 'input', name } };
}

/** A value known when the graph is built. Never a weight: those are inputs. */
export function constant(tensor: Tensor): Value {
  return { dtype: tensor.dtype, shape: tensor.shape, origin: { kind: 'constant', tensor } };
}

/** A float32 constant of shape [] (or of `shape`, filled). */
export function scalar(value: number, shape: Shape = []): Value {
  return constant({ dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)).fill(value) });
}

/** Whether a value is a constant whose elements are all this number. */
export function isConstantOf({ origin }: Value, element: number): boolean {
  return origin.kind === 'constant' && isFilled(origin.tensor, element);
}

/** Applies an operator: checks its inputs and their types, and returns its outputs. */
export function apply<A extends Attributes, I extends Arity, O extends Arity>(
  operator: Operator<A, I, O>,
  inputs: Tuple<Value, I>,
  attributes: A,
): Tuple<Value, O> {
  requireValues(operator.name, inputs);
  const outputs: Value[] = [];
  const node: Node = { operator, inputs, attributes, outputs };
  const types = operator.infer(inputs, attributes);
  types.forEach(({ dtype, shape }, index) => {
    // A message that is made for each node of a graph takes longer than the check.
    if (!shape.every(isSize)) invariant(false, `${operator.name} inferred shape [${shape}]`);
    outputs.push({ dtype, shape, origin: { kind: 'node', node, index } });
  });
  invariant(areAsMany(outputs, types), `${operator.name} has as many outputs as types`);
  return outputs;
}

function isSize(dimension: number): boolean {
  return Number.isInteger(dimension) && dimension >= 0;
}

function areAsMany<O extends Arity>(
  outputs: readonly Value[],
  types: Tuple<TensorType, O>,
): outputs is Tuple<Value, O> {
  return outputs.length === types.length;
}

/**
 * All nodes that the outputs need, each after its inputs, which are visited in the order that `inputsOf` gives. Iterative:
 * deep networks must not overflow the stack.
 */
export function topologicalOrder(
  outputs: Iterable<Value>,
  inputsOf: (node: Node) => readonly Value[] = ({ inputs }) => inputs,
): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; inputs: readonly Value[]; next: number }[] = [];
  const visit = (value: Value) => {
    if (value.origin.kind !== 'node' || seen.has(value.origin.node)) return;
    seen.add(value.origin.node);
    stack.push({ node: value.origin.node, inputs: inputsOf(value.origin.node), next: 0 });
  };
  for (const output of outputs) {
    visit(output);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const child = top.inputs[top.next++];
      if (child !== undefined) visit(child);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}

/** Whether two values have the same element type and shape. */
export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}
