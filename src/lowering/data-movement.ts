import { type Reshape, reshape } from '../graph/operators/reshape.js';
import { type Transpose, transpose } from '../graph/operators/transpose.js';
import type { LoweringOf } from './lowering.js';

/* What a rule put in front of these may undo them: built anew, two in a row become one, or none. */

export const reshapeAgain: LoweringOf<typeof Reshape> = {
  lower: ([x], { shape }) => [reshape(x, shape)],
};

export const transposeAgain: LoweringOf<typeof Transpose> = {
  lower: ([x], { perm }) => [transpose(x, perm)],
};
