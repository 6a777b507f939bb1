import type { ConvInputGradient } from '../graph/operators/conv-input-gradient.js';
import { convTranspose } from '../graph/operators/conv-transpose.js';
import type { LoweringOf } from './lowering.js';

export const convInputGradient: LoweringOf<typeof ConvInputGradient> = {
  lower([dy, w], { shape, ...attributes }) {
    return [convTranspose(dy, w, shape, attributes)];
  },
};
