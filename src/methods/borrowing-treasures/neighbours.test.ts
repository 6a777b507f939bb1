import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { readGolden } from '../../../test/helpers/golden.js';
import { worstError } from '../../../test/helpers/samples.js';
import { at } from '../../errors.js';
import { interpret } from '../../graph/interpret.js';
import { input } from '../../graph/value.js';
import { Random } from '../../random.js';
import { nodeDriver } from '../../runtime/node.js';
import { Program } from '../../runtime/program.js';
import { State } from '../../runtime/state.js';
import type { PrepareTools } from '../prepare.js';
import {
  type DescriptorLayout,
  descriptorSize,
  histogramDistances,
  nearestNeighbours,
} from './neighbours.js';

const numbers = z.array(z.number());
const { histograms: golden } = readGolden(
  'borrowing',
  z.object({
    histograms: z.object({
      layers: numbers,
      bins: z.number(),
      targets: z.array(z.array(numbers)),
      sources: z.array(z.array(numbers)),
      distances: z.array(numbers),
    }),
  }),
);

test('distances agree with the sums over channels and bins, layers weighed alike', () => {
  const actual = distances(
    golden.targets.map((image) => image.flat()),
    golden.sources.map((image) => image.flat()),
    { channels: golden.layers, bins: golden.bins },
  );
  // Weights and epsilon are float32 constants.
  assert.ok(worstError(actual, golden.distances.flat()) < 1e-7);
});

test('they are symmetric, not negative, and zero for equal histograms', () => {
  const layout = { channels: [1, 2], bins: 4 };
  const pair = fc.array(fc.array(fc.nat({ max: 3 }), { minLength: 12, maxLength: 12 }), {
    minLength: 2,
    maxLength: 2,
  });
  fc.assert(
    fc.property(pair, (counts) => {
      const both = counts.map((row) => normalised(row, layout.bins));
      const [aa = 0, ab = 0, ba = 0, bb = 0] = distances(both, both, layout);
      assert.ok(Math.abs(ab - ba) < 1e-12 && ab > -1e-12);
      assert.ok(Math.abs(aa) < 1e-12 && Math.abs(bb) < 1e-12);
    }),
  );
});

test('single precision ranks what double precision tells apart, over several tiles on both sides', async () => {
  const layout = { channels: [2, 3], bins: 8 };
  const targets = randomDescriptors(300, layout, 1);
  const sources = randomDescriptors(600, layout, 2);
  // Their equals: the first of them is to be the nearer one.
  sources[599] = at(sources, 17);
  sources[300] = at(sources, 17);
  const length = 50;
  const { data } = await nearestNeighbours(
    { compile },
    Float32Array.from(targets.flat()),
    streamed(sources),
    { ...layout, length },
  );
  let clear = 0;
  const all = distances(targets, sources, layout);
  targets.forEach((_, i) => {
    const exact = all.subarray(i * sources.length, (i + 1) * sources.length);
    const order = sources.map((_, j) => j).sort((a, b) => at(exact, a) - at(exact, b) || a - b);
    const isClear = (k: number) => at(exact, at(order, k + 1)) - at(exact, at(order, k)) > 1e-5;
    const list = data.subarray(i * length, (i + 1) * length);
    assert.equal(new Set(list).size, length);
    list.forEach((index, k) => {
      assert.ok(Math.abs(at(exact, index) - at(exact, at(order, k))) < 1e-5);
      if ((k > 0 && !isClear(k - 1)) || !isClear(k)) return;
      clear++;
      assert.equal(index, at(order, k));
    });
    const equals = [17, 300, 599].map((index) => list.indexOf(index)).filter((place) => place >= 0);
    assert.deepEqual(
      equals,
      equals.toSorted((a, b) => a - b),
    );
  });
  assert.ok(clear > 0.9 * data.length, `${clear} of ${data.length}`);
});

function distances(a: readonly number[][], p: readonly number[][], layout: DescriptorLayout): Float64Array {
  const size = descriptorSize(layout);
  const value = histogramDistances(
    input('a', { dtype: 'float32', shape: [a.length, size] }),
    input('p', { dtype: 'float32', shape: [p.length, size] }),
    layout,
  );
  const feeds = new Map([
    ['a', Float64Array.from(a.flat())],
    ['p', Float64Array.from(p.flat())],
  ]);
  return at(interpret([value], feeds), 0);
}

function randomDescriptors(count: number, layout: DescriptorLayout, seed: number): number[][] {
  const random = new Random(seed, 'test');
  return Array.from({ length: count }, () => {
    const counts = Array.from({ length: descriptorSize(layout) }, () => random.below(6));
    return normalised(counts, layout.bins).map(Math.fround);
  });
}

/** Each `bins` numbers as shares of their sum, which one more in the first of them keeps from being 0. */
function normalised(counts: readonly number[], bins: number): number[] {
  return counts.map((_, i) => {
    const start = i - (i % bins);
    const total = 1 + counts.slice(start, start + bins).reduce((sum, count) => sum + count, 0);
    return (at(counts, i) + Number(i === start)) / total;
  });
}

/** One after the other in the same memory, as descriptors come. */
async function* streamed(rows: readonly number[][]): AsyncGenerator<Float32Array> {
  const lent = new Float32Array(at(rows, 0).length);
  for (const row of rows) {
    lent.set(row);
    yield lent;
  }
}

const compile: PrepareTools['compile'] = async (outputs) => {
  const program = await Program.compile(
    { outputs, updates: new Map() },
    { driver: nodeDriver, device: 'cpu', threads: 1 },
  );
  const state = new State();
  return { run: (feeds) => program.run(state, feeds), release: () => program.release() };
};
