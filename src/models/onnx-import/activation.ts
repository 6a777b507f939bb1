import { abs } from '../../graph/operators/abs.js';
import { add } from '../../graph/operators/add.js';
import { clip } from '../../graph/operators/clip.js';
import { div } from '../../graph/operators/div.js';
import { exp } from '../../graph/operators/exp.js';
import { gelu } from '../../graph/operators/gelu.js';
import { hardSigmoid } from '../../graph/operators/hard-sigmoid.js';
import { leakyRelu } from '../../graph/operators/leaky-relu.js';
import { mul } from '../../graph/operators/mul.js';
import { neg } from '../../graph/operators/neg.js';
import { relu } from '../../graph/operators/relu.js';
import { sigmoid } from '../../graph/operators/sigmoid.js';
import { softplus } from '../../graph/operators/softplus.js';
import { sub } from '../../graph/operators/sub.js';
import { tanh } from '../../graph/operators/tanh.js';
import type { Value } from '../../graph/value.js';
import { geluTanh } from '../../nn/activations.js';
import { type Builder, layer, unary, weightless } from './builder.js';
import type { NodeReader } from './node-reader.js';

/** Functions of one number that are between layers. */
export const activation = {
  Clip: weightless(clipped),
  Gelu: weightless(geluOf),
  HardSigmoid: weightless((node) =>
    hardSigmoid(node.value(0), node.float('alpha', 0.2), node.float('beta', 0.5)),
  ),
  HardSwish: weightless((node) => mul(node.value(0), hardSigmoid(node.value(0), 1 / 6, 0.5))),
  LeakyRelu: weightless((node) => leakyRelu(node.value(0), node.float('alpha', 0.01))),
  PRelu: layer(['none', 'norm'], (node) =>
    sub(relu(node.value(0)), mul(node.value(1), relu(neg(node.value(0))))),
  ),
  Relu: unary(relu),
  Sigmoid: unary(sigmoid),
  Softplus: unary(softplus),
  Tanh: unary(tanh),
  Elu: weightless((node) => elu(node.value(0), node.float('alpha', 1))),
  Celu: weightless((node) => {
    const alpha = node.float('alpha', 1);
    return elu(node.value(0), alpha, alpha);
  }),
  Selu: weightless((node) => {
    const grown = elu(node.value(0), node.float('alpha', 1.6732632423543772));
    return mul(grown, node.float('gamma', 1.0507009873554805));
  }),
  Mish: unary((x) => mul(x, tanh(softplus(x)))),
  Softsign: unary((x) => div(x, add(abs(x), 1))),
} satisfies Readonly<Record<string, Builder>>;

/** x, and below 0 alpha (exp(x / width) - 1). Where x is above 0, the exponential is of 0: it cannot overflow. */
function elu(x: Value, alpha: number, width = 1): Value {
  const below = neg(relu(neg(x)));
  return add(relu(x), mul(sub(exp(width === 1 ? below : div(below, width)), 1), alpha));
}

/** Limits are attributes up to operator set 10, scalar inputs from 11. */
function clipped(node: NodeReader): Value {
  const low = node.optionalNumber(1) ?? node.float('min', Number.NEGATIVE_INFINITY);
  const high = node.optionalNumber(2) ?? node.float('max', Number.POSITIVE_INFINITY);
  const x = node.value(0);
  // A limit at float32's end is none: exporters write ReLU as a clip at 0 and 3.4e38.
  const upper = high >= 3.4e38 ? Number.POSITIVE_INFINITY : high;
  if (low === 0 && upper === Number.POSITIVE_INFINITY) return relu(x);
  if (low <= -3.4e38 && upper === Number.POSITIVE_INFINITY) return x;
  return clip(x, Math.max(low, -3.4e38), upper);
}

/** The tanh form is not the exact one: it is kept as what it is. */
function geluOf(node: NodeReader): Value {
  const x = node.value(0);
  return node.text('approximate', 'none') === 'none' ? gelu(x) : geluTanh(x);
}
