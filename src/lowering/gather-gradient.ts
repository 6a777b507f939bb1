import { expand } from '../graph/operators/expand.js';
import type { GatherGradient } from '../graph/operators/gather-gradient.js';
import { reshape } from '../graph/operators/reshape.js';
import { scatterAdd } from '../graph/operators/scatter-add.js';
import { sizeOf } from '../graph/tensor.js';
import { scalar } from '../graph/value.js';
import type { LoweringOf } from './lowering.js';

/** Slices of dy scattered into zeros; an index serves a whole slice, so it is repeated over it. */
export const gatherGradient: LoweringOf<typeof GatherGradient> = {
  lower([dy, indices], { axis, shape }) {
    const count = sizeOf(indices.shape);
    const slices = shape.with(axis, count);
    const perSlice = shape.map((_, i) => (i === axis ? count : 1));
    // Zeros made at run time: a constant of x's size would be stored in the file.
    const zeros = expand(
      scalar(
        0,
        shape.map(() => 1),
      ),
      shape,
    );
    return [scatterAdd(zeros, expand(reshape(indices, perSlice), slices), reshape(dy, slices), axis)];
  },
};
