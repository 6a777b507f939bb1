import type { DType, Shape, TensorType } from './tensor.js';
import type { Attribute, Attributes, Node, Value } from './value.js';

/** How many values an operator takes or returns; 'variadic' where that varies. */
export type Arity = keyof TupleByArity<unknown>;

interface TupleByArity<T> {
  readonly 1: readonly [T];
  readonly 2: readonly [T, T];
  readonly 3: readonly [T, T, T];
  readonly 4: readonly [T, T, T, T];
  readonly 5: readonly [T, T, T, T, T];
  readonly variadic: readonly T[];
}

export type Tuple<T, N extends Arity> = TupleByArity<T>[N];

/** What a graph is compiled for. `cpu` and `cuda` are ONNX Runtime's native providers, `wasm` and `webgpu` its web ones. */
export type Device = 'cpu' | 'wasm' | 'webgpu' | 'cuda';

/** A tensor in double precision, as the reference evaluator sees it; integers and booleans are numbers too. */
export interface ReferenceTensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** One input's gradient, computed only if somebody needs it; `undefined` for an input that has none (an index). */
export type Gradient = (() => Value) | undefined;

export interface GradientContext<A extends Attributes, I extends Arity, O extends Arity> {
  readonly inputs: Tuple<Value, I>;
  readonly outputs: Tuple<Value, O>;
  readonly attributes: A;
  /** Gradient of the loss with respect to each output; `undefined` where the loss does not depend on it. */
  readonly gradients: Tuple<Value | undefined, O>;
}

/** An input to try an operator with. Float inputs are drawn from `range`, kept 0.05 away from every `kinks` point. */
export interface SampleInput {
  readonly shape: Shape;
  readonly dtype?: DType;
  readonly range?: readonly [number, number];
  readonly kinks?: readonly number[];
  readonly values?: readonly number[];
  /** All elements differ by at least 0.01: for operators that compare elements, such as a maximum. */
  readonly distinct?: boolean;
}

export interface Sample<A extends Attributes, I extends Arity> {
  readonly inputs: Tuple<SampleInput, I>;
  readonly attributes: A;
}

/**
 * Everything the engine knows about an operator, in one object: what it is called, what it computes (in double
 * precision, plainly), the type of its result, its gradient, and samples that its tests use. A gradient rule is
 * mathematics: it may assume that each gradient has its output's shape, must return one that broadcasts from the
 * input's, and leaves un-broadcasting and accumulation to the walk.
 */
interface OperatorCore<A extends Attributes, I extends Arity, O extends Arity> {
  readonly name: string;
  /** One line for the generated operator table. */
  readonly doc: string;
  infer(inputs: Tuple<TensorType, I>, attributes: A): Tuple<TensorType, O>;
  gradient(context: GradientContext<A, I, O>): readonly Gradient[];
  evaluate(
    inputs: Tuple<ReferenceTensor, I>,
    attributes: A,
    outputs: Tuple<TensorType, O>,
  ): Tuple<Float64Array, O>;
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
  emit(emitter: Emitter, inputs: readonly string[], node: Node): readonly string[];
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

/** ONNX attributes are typed: integers are plain numbers, floats are marked. */
export type OnnxAttribute = Exclude<Attribute, boolean> | { readonly float: number };

/** What an operator's `emit` writes with. */
export interface Emitter {
  readonly device: Device;
  /** Adds one ONNX node and returns its output names; an empty input name is an omitted optional input. */
  op(
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
    options?: { readonly outputs?: number; readonly domain?: 'com.microsoft' | 'com.microsoft.nchwc' },
  ): readonly string[];
  /** A 1-D int64 constant. */
  int64(values: readonly number[]): string;
  /** A float32 constant; a scalar unless a shape is given. */
  float32(value: number, shape?: Shape): string;
}

/** Emits the operator under its own name with its integer and string attributes. */
export function emitDirectly(emitter: Emitter, inputs: readonly string[], node: Node): readonly string[] {
  const attributes: Record<string, OnnxAttribute> = {};
  for (const [name, value] of Object.entries(node.attributes))
    attributes[name] = typeof value === 'boolean' ? Number(value) : value;
  return emitter.op(node.operator.name, inputs, attributes);
}

/** The gradients of an operator that is constant almost everywhere (comparisons, roundings): none. */
export function flat(): readonly Gradient[] {
  return [];
}

/** The gradients of an operator that only gradients use, so that a second derivative is refused by name. */
export function noSecondDerivative(name: string): () => readonly Gradient[] {
  const refuse = () => {
    throw new Error(`${name} has no gradient of its own: second derivatives through it are not supported`);
  };
  return () => [refuse, refuse, refuse, refuse, refuse];
}
