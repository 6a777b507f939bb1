import { abs } from '../../graph/operators/abs.js';
import { add } from '../../graph/operators/add.js';
import { and } from '../../graph/operators/and.js';
import { cast } from '../../graph/operators/cast.js';
import { div } from '../../graph/operators/div.js';
import { equal } from '../../graph/operators/equal.js';
import { erf } from '../../graph/operators/erf.js';
import { exp } from '../../graph/operators/exp.js';
import { greater } from '../../graph/operators/greater.js';
import { less } from '../../graph/operators/less.js';
import { log } from '../../graph/operators/log.js';
import { max } from '../../graph/operators/max.js';
import { min } from '../../graph/operators/min.js';
import { mul } from '../../graph/operators/mul.js';
import { neg } from '../../graph/operators/neg.js';
import { pow } from '../../graph/operators/pow.js';
import { reciprocal } from '../../graph/operators/reciprocal.js';
import { sqrt } from '../../graph/operators/sqrt.js';
import { sub } from '../../graph/operators/sub.js';
import { where } from '../../graph/operators/where.js';
import type { DType } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';
import { arithmetic, type Build, type Builder, unary, weightless } from './builder.js';
import type { NodeReader } from './node-reader.js';

export const elementwise = {
  Abs: unary(abs),
  Add: arithmetic('bias', binary(add)),
  And: weightless((node) => and(node.value(0), node.value(1))),
  Cast: weightless(castTo),
  CastLike: weightless(castLike),
  Div: arithmetic('norm', binary(div)),
  Dropout: unary((x) => x),
  Equal: weightless(binary(equal)),
  Erf: unary(erf),
  Exp: unary(exp),
  Greater: weightless(binary(greater)),
  Identity: unary((x) => x),
  IsNaN: unary((x) => not(equal(x, x))),
  Less: weightless(binary(less)),
  Log: unary(log),
  Max: weightless(variadic(max)),
  Mean: weightless((node) => mul(variadic(add)(node), 1 / node.node.inputs.length)),
  Min: weightless(variadic(min)),
  Mul: arithmetic('norm', binary(mul)),
  Neg: unary(neg),
  Not: unary(not),
  Pow: { build: power, stored: { kind: 'power', role: 'norm' } },
  Reciprocal: unary(reciprocal),
  Sqrt: unary(sqrt),
  Sub: arithmetic('bias', binary(sub)),
  Sum: weightless(variadic(add)),
  Where: weightless((node) => where(node.value(0), node.value(1), node.value(2))),
} satisfies Readonly<Record<string, Builder>>;

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

function variadic(operator: (a: Value, b: Value) => Value): (node: NodeReader) => Value {
  return (node) => node.values().reduce(operator);
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

/** To the element type of another value. */
function castLike(node: NodeReader): Value {
  const [x, { dtype }] = [node.value(0), node.value(1)];
  return x.dtype === dtype ? x : cast(x, dtype);
}

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
