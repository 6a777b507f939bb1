import type { Arity, Tuple } from './arity.js';
import type { Emitter } from './emitter.js';
import type { Sample } from './sample.js';
import type { Shape, Tensor, TensorType } from './tensor.js';

/** A node's static parameters: numbers, flags and lists, as ONNX attributes are. */
export type Attribute = number | string | boolean | readonly number[];
export type Attributes = Readonly<Record<string, Attribute>>;

/**
 * A tensor in the graph, known by its type and by where it comes from. Values are immutable and a graph is
 * simply what can be reached from its outputs: building a graph is calling functions, and dead code is what
 * nobody reaches.
 */
export interface Value extends TensorType {
  readonly origin:
    | { readonly kind: 'input'; readonly name: string }
    | { readonly kind: 'constant'; readonly tensor: Tensor }
    | { readonly kind: 'node'; readonly node: Node; readonly index: number };
}

/** One application of an operator. */
export interface Node<
  A extends Attributes = Attributes,
  I extends Arity = 'variadic',
  O extends Arity = 'variadic',
> {
  readonly operator: Operator;
  readonly inputs: Tuple<Value, I>;
  readonly attributes: A;
  readonly outputs: Tuple<Value, O>;
}

/** A tensor in double precision, as the reference evaluator sees it; integers and booleans are numbers too. */
export interface ReferenceTensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/**
 * A gradient rule's answer for one input: how to build its gradient, which is done only if somebody needs it; or that
 * there is none on purpose; or that there would be one, and nobody has written it.
 */
export type Gradient = (() => Value) | typeof noGradient | Refused;

/** For inputs that no gradient passes through: indices, conditions, what a comparison compares. */
export const noGradient = { kind: 'none' } as const;

export interface Refused {
  readonly kind: 'refused';
  /** Why, as the end of an error message. */
  readonly reason: string;
}

/** For inputs of operators that only gradients use, so that asking for a second derivative is an error. */
export function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

/** A node, with the gradients of the loss with respect to its outputs. */
export interface GradientContext<A extends Attributes, I extends Arity, O extends Arity>
  extends Omit<Node<A, I, O>, 'operator'> {
  readonly gradients: OutputGradients<O>;
}

/** The rule of an operator is asked only if the loss depends on one of its outputs: on the only one, or on some. */
export type OutputGradients<O extends Arity> = O extends 1 ? readonly [Value] : Tuple<Value | undefined, O>;

/**
 * All there is to know about an operator, in one object: what it is called, what it computes (in double
 * precision, plainly), the type of its result, its gradient, and samples that its tests use. A gradient rule is
 * mathematics: it answers for every input, may assume that each gradient has its output's shape, must return one that
 * broadcasts from the input's, and leaves un-broadcasting and accumulation to the walk.
 */
interface OperatorCore<A extends Attributes, I extends Arity, O extends Arity> {
  readonly name: string;
  /** One line for the generated operator table. */
  readonly doc: string;
  /** The outputs' types; refuses what ONNX refuses, as `graph.shape` or `graph.dtype`. */
  infer(inputs: Tuple<TensorType, I>, attributes: A): Tuple<TensorType, O>;
  gradient(context: GradientContext<A, I, O>): Tuple<Gradient, I>;
  evaluate(
    inputs: Tuple<ReferenceTensor, I>,
    attributes: A,
    outputs: Tuple<TensorType, O>,
  ): Tuple<Float64Array, O>;
  /** Whether each element of the result depends on the operands' elements at its place alone, once they are broadcast. */
  readonly elementwise?: true;
  readonly samples: readonly Sample<A, I>[];
}

/** An operator that ONNX Runtime has: it writes itself as one or a few ONNX nodes. */
export interface Primitive<
  A extends Attributes = Attributes,
  I extends Arity = Arity,
  O extends Arity = Arity,
> extends OperatorCore<A, I, O> {
  readonly kind: 'primitive';
  /** Writes the node, returns its outputs' names. */
  emit(emitter: Emitter, inputs: Tuple<string, I>, node: Node<A, I, O>): Tuple<string, O>;
}

/** An operator that no ONNX Runtime package has (a convolution's gradient, say); a lowering rule must exist for each. */
export interface Composite<
  A extends Attributes = Attributes,
  I extends Arity = Arity,
  O extends Arity = Arity,
> extends OperatorCore<A, I, O> {
  readonly kind: 'composite';
}

export type Operator<A extends Attributes = Attributes, I extends Arity = Arity, O extends Arity = Arity> =
  | Primitive<A, I, O>
  | Composite<A, I, O>;
