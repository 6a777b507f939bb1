import { Conv } from '../../graph/operators/conv.js';
import { pad } from '../../graph/operators/pad.js';
import { reshape } from '../../graph/operators/reshape.js';
import { slice } from '../../graph/operators/slice.js';
import { nchw } from '../../graph/shapes.js';
import { apply, type Value } from '../../graph/value.js';
import type { LoweringOf } from '../lowering.js';

/** How many filters WebGPU's kernel computes at a time where that divides the number of all; it does not look where a group ends. */
const AT_A_TIME = 4;

/** In groups of a number of filters that four does not divide, WebGPU's values are wrong: filters of zeros fill them up. */
export const conv: LoweringOf<typeof Conv> = {
  lower(inputs, attributes) {
    const [x, w, bias] = inputs;
    if (x === undefined || w === undefined) return apply(Conv, inputs, attributes);
    const { group } = attributes;
    const [filters, channels, height, width] = nchw(w.shape);
    const each = filters / group;
    const missing = each % AT_A_TIME === 0 ? 0 : AT_A_TIME - (each % AT_A_TIME);
    if (group === 1 || each < AT_A_TIME || missing === 0) return apply(Conv, inputs, attributes);
    const filled = (value: Value, rest: readonly number[]) => {
      const none = [0, 0, ...rest.map(() => 0)];
      const full = pad(reshape(value, [group, each, ...rest]), none, none.with(1, missing));
      return reshape(full, [group * (each + missing), ...rest]);
    };
    const operands = [
      x,
      filled(w, [channels, height, width]),
      ...(bias === undefined ? [] : [filled(bias, [])]),
    ];
    const [all] = apply(Conv, operands, attributes);
    const [batch, , rows, columns] = nchw(all.shape);
    const byGroup = reshape(all, [batch, group, each + missing, rows, columns]);
    return [reshape(slice(byGroup, 2, 0, each), [batch, filters, rows, columns])];
  },
};
