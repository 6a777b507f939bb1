import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { drawSample, worstError } from '../../test/helpers/samples.js';
import { gradients } from '../autodiff/gradients.js';
import { AdarandError, at } from '../errors.js';
import { interpret } from '../graph/interpret.js';
import { Conv } from '../graph/operators/conv.js';
import { ConvTranspose } from '../graph/operators/conv-transpose.js';
import { Expand } from '../graph/operators/expand.js';
import { MaxPool } from '../graph/operators/max-pool.js';
import { Pow } from '../graph/operators/pow.js';
import { Where } from '../graph/operators/where.js';
import { mul, reduceSum, reshape } from '../graph/ops.js';
import { type DType, float32, type Shape, sizeOf } from '../graph/tensor.js';
import { apply, constant, input, topologicalOrder, type Value } from '../graph/value.js';
import { lower } from './lower.js';
import { portable } from './portable.js';

/*
 * Rules for WebGPU are rewritings of graphs: what they make is interpreted, and compared with the definition of what they
 * replace, without a device.
 */

const size = fc.integer({ min: 1, max: 7 });
const pair = (max: number, min = 1) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

/** Geometries of poolings, of which some are none. */
const poolings = fc
  .record({
    images: pair(2),
    map: fc.tuple(size, size),
    kernel: pair(4),
    strides: pair(3),
    before: pair(3, 0),
    after: pair(3, 0),
    ceil: fc.boolean(),
  })
  .map(({ images, map, before, after, ...rest }) => ({
    shape: [...images, ...map],
    attributes: { ...rest, pads: [...before, ...after] },
  }));

describe("max-pooling's offsets and gradient without the offsets", () => {
  test('are those of the definition, whose first of equal maxima counts', () => {
    fc.assert(
      fc.property(poolings, fc.integer(), fc.integer({ min: 1, max: 5 }), (pooling, seed, distinct) => {
        const { shape, attributes } = pooling;
        // Of few numbers, many are equal; some are below zero, which padding must not be mistaken for.
        const numbers = drawSample({ shape }, seed).map((x) => Math.round(x * distinct) - 1);
        const x = input('x', { dtype: 'float32', shape });
        const outputs = possible(() => apply(MaxPool, [x], attributes));
        fc.pre(outputs !== undefined);
        const [y] = outputs;
        const weights = float32(y.shape, Float32Array.from(drawSample({ shape: y.shape }, seed + 1)));
        const loss = reshape(reduceSum(mul(y, constant(weights))), []);
        agrees([...outputs, ...gradients(loss, [x])], new Map([['x', numbers]]), 1e-12);
      }),
      { numRuns: 400 },
    );
  });

  test('read no offsets', () => {
    const x = input('x', { dtype: 'float32', shape: [1, 2, 6, 6] });
    const attributes = { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil: false };
    const [y, offsets] = apply(MaxPool, [x], attributes);
    const outputs = [y, offsets, ...gradients(reshape(reduceSum(y), []), [x])];
    assert.ok(readsOffsets(outputs));
    assert.ok(!readsOffsets(lower(outputs, { device: 'webgpu' })));
  });
});

const groups = fc
  .record({
    group: fc.integer({ min: 1, max: 4 }),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 9 }),
    strides: pair(2),
    bias: fc.boolean(),
  })
  .map(({ group, channels, filters, strides, bias }) => ({
    w: [group * filters, channels, 2, 2],
    bias,
    attributes: { strides, pads: [0, 1, 1, 0], dilations: [1, 1], group },
  }));

test('convolutions in groups of any size', () => {
  fc.assert(
    fc.property(groups, ({ w, bias, attributes }) => {
      const { group } = attributes;
      const x = drawn('x', [2, at(w, 1) * group, 3, 4]);
      const operands = [x, drawn('w', w), ...(bias ? [drawn('b', [at(w, 0)])] : [])];
      const outputs = apply(Conv, valuesOf(operands), attributes);
      agrees(outputs, feedsOf(operands), 1e-12);
      const y = drawn('y', at(outputs, 0).shape);
      const transposed = { ...attributes, size: [3, 4] };
      const both = [y, drawn('w', w)] as const;
      agrees(apply(ConvTranspose, [both[0].value, both[1].value], transposed), feedsOf(both), 1e-12);
    }),
    { numRuns: 200 },
  );
});

test('powers of whatever broadcasts', () => {
  const axes = fc.array(fc.constantFrom(1, 2, 3), { maxLength: 3 });
  fc.assert(
    fc.property(axes, fc.array(fc.boolean(), { maxLength: 3 }), fc.boolean(), (shape, kept, isFirst) => {
      const part = shape.slice(shape.length - Math.min(kept.length, shape.length));
      const other = part.map((n, i) => (kept[i] ? n : 1));
      const positive = { range: [0.5, 2] as const };
      const [a, b] = [
        drawn('a', isFirst ? shape : other, positive),
        drawn('b', isFirst ? other : shape, positive),
      ];
      agrees(apply(Pow, [a.value, b.value], {}), feedsOf([a, b]), 1e-12);
    }),
  );
});

test('choices between, and copies of, elements of every type', () => {
  for (const dtype of ['float32', 'int32', 'int64', 'int8', 'uint8', 'bool'] satisfies DType[]) {
    const values = [1, 0, 1];
    const condition = { ...typed('c', 'bool', [2, 1]), numbers: Float64Array.of(0, 1) };
    const [a, b] = [typed('a', dtype, [3]), typed('b', dtype, [])].map((each, i) => ({
      ...each,
      numbers: Float64Array.from(i === 0 ? values : [1]),
    }));
    assert.ok(a !== undefined && b !== undefined);
    const chosen = apply(Where, [condition.value, a.value, b.value], {});
    const copied = [
      ...apply(Expand, [b.value], { shape: [2, 2] }),
      ...apply(Expand, [a.value], { shape: [2, 3] }),
    ];
    const outputs = [...chosen, ...copied];
    agrees(outputs, feedsOf([condition, a, b]), 0);
    assert.deepEqual(
      portable(outputs).map((value) => value.dtype),
      outputs.map((value) => value.dtype),
    );
  }
});

interface Operand {
  readonly name: string;
  readonly value: Value;
  readonly numbers: Float64Array;
}

function typed(name: string, dtype: DType, shape: Shape): Operand {
  return { name, value: input(name, { dtype, shape }), numbers: new Float64Array(sizeOf(shape)) };
}

function drawn(
  name: string,
  shape: Shape,
  spec: { readonly range?: readonly [number, number] } = {},
): Operand {
  return { ...typed(name, 'float32', shape), numbers: drawSample({ shape, ...spec }, sizeOf(shape)) };
}

const valuesOf = (operands: readonly Operand[]): Value[] => operands.map(({ value }) => value);

const feedsOf = (operands: readonly Operand[]) =>
  new Map(operands.map(({ name, numbers }) => [name, numbers]));

/** What is lowered for WebGPU has the same values. */
function agrees(
  outputs: readonly Value[],
  feeds: ReadonlyMap<string, Float64Array>,
  tolerance: number,
): void {
  const expected = interpret(outputs, feeds);
  interpret(lower(outputs, { device: 'webgpu' }), feeds).forEach((actual, i) => {
    const error = worstError(actual, at(expected, i));
    assert.ok(error <= tolerance, `output ${i}: relative error ${error}`);
  });
}

/** Undefined where the geometry is none. */
function possible<T>(build: () => T): T | undefined {
  try {
    return build();
  } catch (error) {
    if (error instanceof AdarandError && error.code === 'graph.shape') return undefined;
    throw error;
  }
}

function readsOffsets(outputs: readonly Value[]): boolean {
  const isOffsets = ({ origin }: Value) =>
    origin.kind === 'node' && origin.node.operator.name === MaxPool.name && origin.index === 1;
  return [...outputs, ...topologicalOrder(outputs).flatMap(({ inputs }) => inputs)].some(isOffsets);
}
