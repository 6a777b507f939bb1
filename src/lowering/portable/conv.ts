import { at } from '../../errors.js';
import { add } from '../../graph/operators/add.js';
import { Conv } from '../../graph/operators/conv.js';
import { matmul } from '../../graph/operators/matmul.js';
import { apply } from '../../graph/value.js';
import type { LoweringOf } from '../lowering.js';
import { isOfPatches, patchesForward } from '../patches.js';

/** A patch embedding by the runtime's own convolution takes a tenth of a vision transformer's time. */
export const conv: LoweringOf<typeof Conv> = {
  lower(inputs, attributes) {
    const [x, w, bias] = [at(inputs, 0), at(inputs, 1), inputs[2]];
    if (!isOfPatches(x.shape, w.shape, attributes)) return apply(Conv, inputs, attributes);
    const maps = patchesForward(x, w, (rows, kernels) => {
      const product = matmul(rows, kernels, { transposeB: true });
      return bias === undefined ? product : add(product, bias);
    });
    return [maps];
  },
};
