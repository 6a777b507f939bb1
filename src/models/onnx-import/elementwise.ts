import { abs } from '../../graph/operators/abs.js';
import { add } from '../../graph/operators/add.js';
import { and } from '../../graph/operators/and.js';
import { cast } from '../../graph/operators/cast.js';
import { clip } from '../../graph/operators/clip.js';
import { div } from '../../graph/operators/div.js';
import { equal } from '../../graph/operators/equal.js';
import { erf } from '../../graph/operators/erf.js';
import { exp } from '../../graph/operators/exp.js';
import { gelu } from '../../graph/operators/gelu.js';
import { greater } from '../../graph/operators/greater.js';
import { hardSigmoid } from '../../graph/operators/hard-sigmoid.js';
import { leakyRelu } from '../../graph/operators/leaky-relu.js';
import { less } from '../../graph/operators/less.js';
import { log } from '../../graph/operators/log.js';
import { max } from '../../graph/operators/max.js';
import { min } from '../../graph/operators/min.js';
import { mul } from '../../graph/operators/mul.js';
import { neg } from '../../graph/operators/neg.js';
import { pow } from '../../graph/operators/pow.js';
import { reciprocal } from '../../graph/operators/reciprocal.js';
import { relu } from '../../graph/operators/relu.js';
import { sigmoid } from '../../graph/operators/sigmoid.js';
import { softplus } from '../../graph/operators/softplus.js';
import { sqrt } from '../../graph/operators/sqrt.js';
import { sub } from '../../graph/operators/sub.js';
import { tanh } from '../../graph/operators/tanh.js';
import { where } from '../../graph/operators/where.js';
import type { DType } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';
import { arithmetic, type Build, type Builder, layer, weightless } from './builder.js';
import type { NodeReader } from './node-reader.js';

export const elementwise = {
  Abs: unary(abs),
  Add: arithmetic('bias', binary(add)),
  And: weightless((node) => and(node.value(0), node.value(1))),
  Cast: weightless(castTo),
  Clip: weightless(clipped),
  Div: arithmetic('norm', binary(div)),
  Dropout: unary((x) => x),
  Equal: weightless(binary(equal)),
  Erf: unary(erf),
  Exp: unary(exp),
  Gelu: weightless(geluOf),
  Greater: weightless(binary(greater)),
  HardSigmoid: weightless((node) =>
    hardSigmoid(node.value(0), node.float('alpha', 0.2), node.float('beta', 0.5)),
  ),
  HardSwish: weightless((node) => mul(node.value(0), hardSigmoid(node.value(0), 1 / 6, 0.5))),
  Identity: unary((x) => x),
  IsNaN: unary((x) => not(equal(x, x))),
  LeakyRelu: weightless((node) => leakyRelu(node.value(0), node.float('alpha', 0.01))),
  Less: weightless(binary(less)),
  Log: unary(log),
  Max: weightless(variadic(max)),
  Min: weightless(variadic(min)),
  Mul: arithmetic('norm', binary(mul)),
  Neg: unary(neg),
  Not: unary(not),
  Pow: weightless(power),
  PRelu: layer(['none', 'norm'], (node) =>
    sub(relu(node.value(0)), mul(node.value(1), relu(neg(node.value(0))))),
  ),
  Reciprocal: unary(reciprocal),
  Relu: unary(relu),
  Sigmoid: unary(sigmoid),
  Softplus: unary(softplus),
  Sqrt: unary(sqrt),
  Sub: arithmetic('bias', binary(sub)),
  Sum: weightless(variadic(add)),
  Tanh: unary(tanh),
  Where: weightless((node) => where(node.value(0), node.value(1), node.value(2))),
} satisfies Readonly<Record<string, Builder>>;

/** Its one input is all that it has. */
function unary(operator: (x: Value) => Value): Builder {
  return weightless((node) => operator(node.value(0)));
}

function binary(operator: (a: Value, b: Value) => Value): Build {
  return (node) => {
    const [a, b] = [node.value(0), node.value(1)];
    if (a.dtype !== b.dtype) throw node.invalid(`mixes ${a.dtype} and ${b.dtype}`);
    return operator(a, b);
  };
}

function not(x: Value): Value {
  return equal(x, constant({ dtype: 'bool', shape: [], data: Uint8Array.of(0) }));
}

function variadic(operator: (a: Value, b: Value) => Value): Build {
  return (node) => node.values().reduce(operator);
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

/** The tanh form differs from the exact one by at most 5e-4: it is kept as what it is. */
function geluOf(node: NodeReader): Value {
  const x = node.value(0);
  if (node.text('approximate', 'none') === 'none') return gelu(x);
  const inner = mul(add(x, mul(mul(x, mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

/** Numbers of ONNX's element types; floats of other widths are float32 here. */
const castTargets: ReadonlyMap<number, DType> = new Map([
  [1, 'float32'],
  [2, 'uint8'],
  [6, 'int32'],
  [7, 'int64'],
  [9, 'bool'],
  [10, 'float32'],
  [11, 'float32'],
  [16, 'float32'],
]);

function castTo(node: NodeReader): Value {
  const to = castTargets.get(node.int('to', 0));
  if (to === undefined) throw node.unsupported(`casts to element type ${node.int('to', 0)}`);
  const x = node.value(0);
  return x.dtype === to ? x : cast(x, to);
}

function power(node: NodeReader): Value {
  const [x, exponent] = [node.value(0), node.value(1)];
  const { origin } = exponent;
  if (origin.kind === 'constant' && origin.tensor.data.length === 1 && Number(origin.tensor.data[0]) === 2)
    return mul(x, x);
  return pow(x, exponent.dtype === 'float32' ? exponent : cast(exponent, 'float32'));
}
