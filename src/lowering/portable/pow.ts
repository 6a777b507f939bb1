import { expand } from '../../graph/operators/expand.js';
import { Pow } from '../../graph/operators/pow.js';
import { apply } from '../../graph/value.js';
import type { LoweringOf } from '../lowering.js';

/** WebGPU has no kernel that broadcasts, but for exponents that are one number. */
export const pow: LoweringOf<typeof Pow> = {
  lower([a, b], attributes) {
    const [y] = apply(Pow, [a, b], attributes);
    const exponent = b.shape.length === 0 ? b : expand(b, y.shape);
    return apply(Pow, [expand(a, y.shape), exponent], attributes);
  },
};
