import { clip } from '../graph/operators/clip.js';
import { gelu } from '../graph/operators/gelu.js';
import { mul } from '../graph/operators/mul.js';
import { relu } from '../graph/operators/relu.js';
import { sigmoid } from '../graph/operators/sigmoid.js';
import type { Value } from '../graph/value.js';

export type Activation = 'relu' | 'relu6' | 'silu' | 'gelu';

/** Elementwise nonlinearities by name. GELU is the exact one, by the error function. */
export const activations: Readonly<Record<Activation, (x: Value) => Value>> = {
  relu,
  relu6: (x) => clip(x, 0, 6),
  silu: (x) => mul(x, sigmoid(x)),
  gelu,
};
