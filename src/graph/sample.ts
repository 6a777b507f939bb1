import type { Arity, Tuple } from './arity.js';
import type { DType, Shape } from './tensor.js';

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

export interface Sample<A, I extends Arity> {
  readonly inputs: Tuple<SampleInput, I>;
  readonly attributes: A;
}
