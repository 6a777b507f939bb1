import { activation } from './activation.js';
import { blocks } from './blocks.js';
import type { Builder } from './builder.js';
import { constantOperators } from './constant-operators.js';
import { convolution } from './convolution.js';
import type { OnnxNode } from './decode.js';
import { einsum } from './einsum.js';
import { elementwise } from './elementwise.js';
import { gathering } from './gathering.js';
import { groupNormalization } from './group-normalization.js';
import { linear } from './linear.js';
import { recurrent } from './lstm.js';
import { normalization } from './normalization.js';
import { pooling } from './pooling.js';
import { reduction } from './reduction.js';
import { resizing } from './resize.js';
import { shape } from './shape.js';

/** Every ONNX operator that can be imported. */
export const builders = {
  ...activation,
  ...blocks,
  ...constantOperators,
  ...convolution,
  ...einsum,
  ...elementwise,
  ...gathering,
  ...groupNormalization,
  ...linear,
  ...normalization,
  ...pooling,
  ...recurrent,
  ...reduction,
  ...resizing,
  ...shape,
} satisfies Readonly<Record<string, Builder>>;

/** Operators that ONNX Runtime adds, under its own domain. */
const extensions = new Set(['Gelu', 'FusedMatMul']);

export function builderOf({ type, domain }: OnnxNode): Builder | undefined {
  if (!isKnown(type) || (domain !== '' && !(domain === 'com.microsoft' && extensions.has(type))))
    return undefined;
  return builders[type];
}

function isKnown(type: string): type is keyof typeof builders {
  return Object.hasOwn(builders, type);
}
