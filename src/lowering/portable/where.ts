import { cast } from '../../graph/operators/cast.js';
import { where as choose, Where } from '../../graph/operators/where.js';
import { apply } from '../../graph/value.js';
import type { LoweringOf } from '../lowering.js';

/** No device chooses between bools of any shape, or between int8; as int32 they are chosen everywhere. */
export const where: LoweringOf<typeof Where> = {
  lower([condition, a, b], attributes) {
    if (a.dtype !== 'bool' && a.dtype !== 'int8') return apply(Where, [condition, a, b], attributes);
    return [cast(choose(condition, cast(a, 'int32'), cast(b, 'int32')), a.dtype)];
  },
};
