import type { Call, Composite, Device, Many } from '../graph/operator.js';
import type { Attributes, Value } from '../graph/value.js';

/**
 * How a composite operator becomes operators that a device has. A rule may choose by shape and device; whatever it
 * chooses must compute what the operator's `evaluate` says. Speed lives here, and nowhere else.
 */
export interface Lowering<A extends Attributes = Attributes, I extends Call = Call, O extends Call = Call> {
  lower(inputs: Many<Value, I>, attributes: A, device: Device): Many<Value, O>;
}

export type LoweringOf<Of> = Of extends Composite<infer A, infer I, infer O> ? Lowering<A, I, O> : never;
