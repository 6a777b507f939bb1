import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runGraph } from '../../../test/helpers/run-graph.js';
import { drawSample, toTensor, worstError } from '../../../test/helpers/samples.js';
import { AdarandError, at } from '../../errors.js';
import { nodeDriver } from '../../runtime/node.js';
import { interpret } from '../interpret.js';
import { nchw } from '../shapes.js';
import type { Shape } from '../tensor.js';
import { input, type Value } from '../value.js';
import { averagePool } from './average-pool.js';
import { maxPool } from './max-pool.js';

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

const pools = fc.record({
  map: pair(1, 7),
  kernel: pair(1, 4),
  strides: pair(1, 3),
  before: pair(0, 3),
  after: pair(0, 3),
  ceil: fc.boolean(),
  countPadding: fc.boolean(),
});

test('averages are PyTorch’s: what a partial window has beyond the padding is not counted', () => {
  fc.assert(
    fc.property(pools, ({ map, before, kernel, strides, ceil, countPadding }) => {
      // PyTorch pads alike on both sides.
      const attributes = { kernel, strides, pads: [...before, ...before], ceil, countPadding };
      const x = input('x', { dtype: 'float32', shape: [1, 1, ...map] });
      const y = possible(() => averagePool(x, attributes));
      fc.pre(y !== undefined);
      const numbers = drawSample(x, 1);
      const expected = averages(numbers, x.shape, y.shape, attributes);
      const [actual] = interpret([y], new Map([['x', numbers]]));
      assert.ok(worstError(actual ?? [], expected) < 1e-12);
    }),
  );
});

test('ONNX Runtime has as many windows, and the same values, however they are padded', async () => {
  // In few graphs: a session costs more than a pooling.
  for (const seed of [1, 2, 3, 4]) {
    const x = input('x', { dtype: 'float32', shape: [2, 3, seed + 2, 7] });
    const outputs = fc.sample(pools, { seed, numRuns: 200 }).flatMap(({ before, after, ...rest }) => {
      const attributes = { ...rest, pads: [...before, ...after] };
      return possible(() => [averagePool(x, attributes), maxPool(x, attributes)]) ?? [];
    });
    assert.ok(outputs.length > 20);
    const numbers = drawSample(x, seed);
    const expected = interpret(outputs, new Map([['x', numbers]]));
    const results = await runGraph(nodeDriver, 'cpu', outputs, new Map([['x', toTensor(x, numbers)]]));
    results.forEach((tensor, i) => {
      assert.ok(worstError(tensor.data, at(expected, i)) < 1e-6, shownOf(at(outputs, i)));
    });
  }
});

/** By the formula of PyTorch's AvgPool2d: the divisor is of the window cut at the padding's end. */
function averages(
  data: Float64Array,
  x: Shape,
  y: Shape,
  { kernel, strides, pads, countPadding }: Parameters<typeof averagePool>[1],
): number[] {
  const [, , height, width] = nchw(x);
  const [, , rows, columns] = nchw(y);
  const along = (i: number, axis: number, size: number) => {
    const start = i * at(strides, axis) - at(pads, axis);
    const end = Math.min(start + at(kernel, axis), size + at(pads, axis));
    return { counted: end - start, from: Math.max(start, 0), to: Math.min(end, size) };
  };
  const averageAt = (i: number, j: number) => {
    const [h, w] = [along(i, 0, height), along(j, 1, width)];
    let sum = 0;
    for (let row = h.from; row < h.to; row++)
      for (let column = w.from; column < w.to; column++) sum += at(data, row * width + column);
    return sum / (countPadding ? h.counted * w.counted : (h.to - h.from) * (w.to - w.from));
  };
  return Array.from({ length: rows * columns }, (_, k) => averageAt(Math.floor(k / columns), k % columns));
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

function shownOf({ origin, shape }: Value): string {
  return origin.kind === 'node'
    ? `${origin.node.operator.name} to [${shape}] ${JSON.stringify(origin.node.attributes)}`
    : '';
}
