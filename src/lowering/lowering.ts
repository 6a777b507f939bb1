import type { Arity, Tuple } from '../graph/arity.js';
import type { Operator } from '../graph/operator.js';
import type { primitives } from '../graph/operators/index.js';
import type { Attributes, Value } from '../graph/value.js';
import type { Target } from './target.js';

/**
 * How an operator becomes operators that a device runs fast. A rule may choose by shape and device; whatever it
 * chooses must compute what the operator's `evaluate` says. Speed lives here, and nowhere else.
 */
export interface Lowering<
  A extends Attributes = Attributes,
  I extends Arity = Arity,
  O extends Arity = Arity,
> {
  lower(inputs: Tuple<Value, I>, attributes: A, target: Target): Tuple<Value, O>;
}

export type LoweringOf<Of> = Of extends Operator<infer A, infer I, infer O> ? Lowering<A, I, O> : never;

type Primitives = typeof primitives;

/** Rules for operators that need none. */
export type PrimitiveRules = { readonly [Name in keyof Primitives]?: LoweringOf<Primitives[Name]> };
