import { ConvTranspose } from '../../graph/operators/conv-transpose.js';
import { reduceSum } from '../../graph/operators/reduce-sum.js';
import { reshape } from '../../graph/operators/reshape.js';
import { nchw } from '../../graph/shapes.js';
import { apply } from '../../graph/value.js';
import type { LoweringOf } from '../lowering.js';

/**
 * Where groups of several channels make one each, WebGPU's values are wrong: every channel is then a group of its own, and
 * the results of a group are added.
 */
export const convTranspose: LoweringOf<typeof ConvTranspose> = {
  lower([x, w], attributes) {
    const { group } = attributes;
    const [filters, perGroup] = nchw(w.shape);
    if (group === 1 || perGroup !== 1 || filters === group) return apply(ConvTranspose, [x, w], attributes);
    const [all] = apply(ConvTranspose, [x, w], { ...attributes, group: filters });
    const [batch, , height, width] = nchw(all.shape);
    const byGroup = reshape(all, [batch, group, filters / group, height, width]);
    return [reshape(reduceSum(byGroup, [2]), [batch, group, height, width])];
  },
};
