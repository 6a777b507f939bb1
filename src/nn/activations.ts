import { add } from '../graph/operators/add.js';
import { clip } from '../graph/operators/clip.js';
import { gelu } from '../graph/operators/gelu.js';
import { hardSigmoid } from '../graph/operators/hard-sigmoid.js';
import { mul } from '../graph/operators/mul.js';
import { relu } from '../graph/operators/relu.js';
import { sigmoid } from '../graph/operators/sigmoid.js';
import { tanh } from '../graph/operators/tanh.js';
import type { Value } from '../graph/value.js';

export type Activation = 'relu' | 'relu6' | 'hard-swish' | 'silu' | 'gelu' | 'gelu-tanh' | 'quick-gelu';

/** Elementwise nonlinearities by name. `gelu` is the exact one, by the error function; `quick-gelu` is OpenAI's x sigmoid(1.702 x). */
export const activations: Readonly<Record<Activation, (x: Value) => Value>> = {
  relu,
  relu6: (x) => clip(x, 0, 6),
  'hard-swish': (x) => mul(x, hardSigmoid(x, 1 / 6, 0.5)),
  silu: (x) => mul(x, sigmoid(x)),
  gelu,
  'gelu-tanh': geluTanh,
  'quick-gelu': (x) => mul(x, sigmoid(mul(x, 1.702))),
};

/** GELU's approximation by tanh: within 5e-4 of the exact form, and not the same (Hendrycks and Gimpel 2016). */
export function geluTanh(x: Value): Value {
  const inner = mul(add(x, mul(mul(x, mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}
