import { at } from '../../errors.js';
import { broadcastReader, broadcastShapes } from '../../graph/broadcast.js';
import { type Shape, sizeOf, type Tensor } from '../../graph/tensor.js';
import { constant, type Value } from '../../graph/value.js';
import { type Build, type Builder, constantsOnly } from './builder.js';
import { MAXIMUM_MADE, tensorFrom } from './constants.js';
import type { NodeReader } from './node-reader.js';

/** Operators that compute sizes, positions and masks: what they read must be known when the graph is built. */
export const constantOperators = {
  Ceil: constantsOnly(eachFloat(Math.ceil)),
  Cos: constantsOnly(eachFloat(Math.cos)),
  CumSum: constantsOnly(cumulated),
  Floor: constantsOnly(eachFloat(Math.floor)),
  GreaterOrEqual: constantsOnly(pairwise((a, b) => Number(a >= b), 'bool')),
  LessOrEqual: constantsOnly(pairwise((a, b) => Number(a <= b), 'bool')),
  Mod: constantsOnly((node) => pairwise(node.int('fmod', 0) === 1 ? (a, b) => a % b : floorMod)(node)),
  NonZero: constantsOnly(nonZero),
  Or: constantsOnly(pairwise((a, b) => Number(a !== 0 || b !== 0), 'bool')),
  Range: constantsOnly(range),
  ReduceProd: constantsOnly(product),
  Round: constantsOnly(eachFloat(roundHalfToEven)),
  Sign: constantsOnly(eachFloat(Math.sign)),
  Sin: constantsOnly(eachFloat(Math.sin)),
  Trilu: constantsOnly(triangle),
} satisfies Readonly<Record<string, Builder>>;

/** The remainder with the sign of the divisor. */
function floorMod(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function eachFloat(operator: (x: number) => number): Build {
  return (node) => {
    const { dtype, shape } = node.value(0);
    const numbers = node.numbers(0);
    if (dtype !== 'float32') throw node.unsupported(`computes with ${dtype}`);
    return made(node, dtype, shape, numbers.map(operator));
  };
}

function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function pairwise(operator: (a: number, b: number) => number, result?: Tensor['dtype']): Build {
  return (node) => {
    const [a, b] = [node.value(0), node.value(1)];
    if (a.dtype !== b.dtype) throw node.invalid(`mixes ${a.dtype} and ${b.dtype}`);
    const shape = broadcastShapes(node.node.type, a.shape, b.shape);
    checkSize(node, shape);
    const left = broadcastReader({ shape: a.shape, data: Float64Array.from(node.numbers(0)) }, shape);
    const right = broadcastReader({ shape: b.shape, data: Float64Array.from(node.numbers(1)) }, shape);
    const numbers = Array.from({ length: sizeOf(shape) }, (_, i) => operator(left(i), right(i)));
    return made(node, result ?? a.dtype, shape, numbers);
  };
}

function range(node: NodeReader): Value {
  const { dtype } = node.value(0);
  const [start, limit, delta] = [node.number(0), node.number(1), node.number(2)];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (delta === 0) throw node.invalid('has steps of 0');
  checkSize(node, [count]);
  return made(
    node,
    dtype,
    [count],
    Array.from({ length: count }, (_, i) => start + i * delta),
  );
}

/** Sums of an axis up to each element, maybe without it, maybe from the end. */
function cumulated(node: NodeReader): Value {
  const { dtype, shape } = node.value(0);
  const numbers = node.numbers(0);
  const axis = node.axis(node.number(1), shape.length);
  const [exclusive, reverse] = [node.int('exclusive', 0) === 1, node.int('reverse', 0) === 1];
  const size = at(shape, axis);
  const inner = sizeOf(shape.slice(axis + 1));
  const result = new Array<number>(numbers.length).fill(0);
  for (let first = 0; first < numbers.length; first += size * inner)
    for (let k = 0; k < inner; k++) {
      let sum = 0;
      for (let i = 0; i < size; i++) {
        const place = first + (reverse ? size - 1 - i : i) * inner + k;
        const before = sum;
        sum += at(numbers, place);
        result[place] = exclusive ? before : sum;
      }
    }
  return made(node, dtype, shape, result);
}

/** Places of the elements other than 0: [rank, how many]. */
function nonZero(node: NodeReader): Value {
  const { shape } = node.value(0);
  const places = node.numbers(0).flatMap((element, i) => (element === 0 ? [] : [i]));
  const coordinates = shape.map((size, axis) => {
    const inner = sizeOf(shape.slice(axis + 1));
    return places.map((place) => Math.floor(place / inner) % size);
  });
  return made(node, 'int64', [shape.length, places.length], coordinates.flat());
}

/** Of all elements, or along axes. */
function product(node: NodeReader): Value {
  const { dtype, shape } = node.value(0);
  const given = node.optionalIntsOrInput('axes', 1) ?? [];
  const axes = given.map((axis) => node.axis(axis, shape.length));
  const isReduced = (axis: number) => axes.length === 0 || axes.includes(axis);
  const kept = shape.map((size, axis) => (isReduced(axis) ? 1 : size));
  const result = new Float64Array(sizeOf(kept)).fill(1);
  const numbers = node.numbers(0);
  const target = broadcastReader(
    { shape: kept, data: Float64Array.from(result.keys()) },
    shape.length === 0 ? [] : shape,
  );
  numbers.forEach((element, i) => {
    result[target(i)] = at(result, target(i)) * element;
  });
  const keeps = node.int('keepdims', 1) === 1;
  return made(node, dtype, keeps ? kept : kept.filter((_, axis) => !isReduced(axis)), [...result]);
}

/** The upper or lower triangle of matrices, 0 elsewhere. */
function triangle(node: NodeReader): Value {
  const { dtype, shape } = node.value(0);
  const [rows, columns] = [shape.at(-2), shape.at(-1)];
  if (rows === undefined || columns === undefined) throw node.invalid(`takes a triangle of [${shape}]`);
  const diagonal = node.optionalNumber(1) ?? 0;
  const upper = node.int('upper', 1) === 1;
  const numbers = node.numbers(0).map((element, i) => {
    const place = (i % columns) - (Math.floor(i / columns) % rows);
    return (upper ? place >= diagonal : place <= diagonal) ? element : 0;
  });
  return made(node, dtype, shape, numbers);
}

function made(node: NodeReader, dtype: Tensor['dtype'], shape: Shape, numbers: readonly number[]): Value {
  checkSize(node, shape);
  return constant(tensorFrom(dtype, shape, numbers));
}

function checkSize(node: NodeReader, shape: Shape): void {
  if (!(sizeOf(shape) <= MAXIMUM_MADE)) throw node.invalid(`makes a tensor of [${shape}]`);
}
