import { cast } from '../../graph/operators/cast.js';
import { expand as broadcast, Expand } from '../../graph/operators/expand.js';
import { sizeOf } from '../../graph/tensor.js';
import { apply } from '../../graph/value.js';
import type { LoweringOf } from '../lowering.js';

/** WebGPU has no kernel that repeats one number of uint8; as int32 it is repeated. */
export const expand: LoweringOf<typeof Expand> = {
  lower([x], attributes) {
    if (x.dtype !== 'uint8' || sizeOf(x.shape) !== 1) return apply(Expand, [x], attributes);
    return [cast(broadcast(cast(x, 'int32'), attributes.shape), 'uint8')];
  },
};
