import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { readGolden } from '../../../test/helpers/golden.js';
import { recipeSchema } from '../../../test/helpers/golden-schemas.js';
import { type Recipe, tensorOf } from '../../../test/helpers/lcg.js';
import { worstError } from '../../../test/helpers/samples.js';
import { at } from '../../errors.js';
import { float32, type Tensor } from '../../graph/tensor.js';
import { CellCounts, ChannelRanges, equalMassEdges, Histograms } from './histograms.js';

const numbers = z.array(z.number());
const { histograms: golden } = readGolden(
  'borrowing',
  z.object({
    histograms: z.object({
      bins: z.number(),
      recipes: z.object({ targets: recipeSchema, sources: recipeSchema }),
      low: numbers,
      high: numbers,
      /** [C][bins], in cells. */
      edges: z.array(numbers),
      /** [N][C][bins] */
      targets: z.array(z.array(numbers)),
      sources: z.array(z.array(numbers)),
    }),
  }),
);

describe('agrees with NumPy on channels that are even, peaked, half at one value, and of one value', () => {
  const targets = shaped(golden.recipes.targets, true);
  const sources = shaped(golden.recipes.sources, false);
  const { ranges, cells, histograms } = fit(targets, golden.bins);

  test('ranges', () => {
    assert.ok(worstError(ranges.low, golden.low) < 1e-11);
    assert.ok(worstError(ranges.high, golden.high) < 1e-11);
  });
  test('edges of bins', () => {
    cells.counts.forEach((counts, channel) => {
      const edges = equalMassEdges(counts, golden.bins);
      assert.ok(worstError(edges, at(golden.edges, channel)) < 1e-11, `channel ${channel}`);
    });
  });
  for (const [name, maps, expected] of [
    ['those of the images that made the bins', targets, golden.targets],
    ['those of others, some out of range', sources, golden.sources],
  ] as const)
    test(`histograms: ${name}`, () => {
      expected.forEach((image, i) => {
        const filled = new Float32Array(image.flat().length).fill(7);
        histograms.fill(filled, maps, i);
        assert.ok(worstError(filled, image.flat()) < 1e-7, `image ${i}`);
      });
    });
});

test('bins hold a share of the mass each, and at most a cell more; what is left over at the end is less than one', () => {
  const counts = fc.array(fc.nat({ max: 20 }), { minLength: 60, maxLength: 200 });
  fc.assert(
    fc.property(counts, fc.integer({ min: 2, max: 12 }), (cells, bins) => {
      const total = cells.reduce((sum, count) => sum + count, 0);
      const share = (total + 1) / bins;
      const heaviest = Math.max(...cells);
      fc.pre(heaviest < share);
      const edges = equalMassEdges(cells, bins);
      assert.equal(edges.length, bins);
      assert.equal(edges.at(-1), cells.length);
      let start = 0;
      let rest = total;
      for (const edge of edges) {
        assert.ok(edge >= start);
        if (rest < share) continue;
        const mass = cells.slice(start, edge).reduce((sum, count) => sum + count, 0);
        assert.ok(mass >= share && mass < share + heaviest);
        rest -= mass;
        start = edge;
      }
    }),
  );
});

test('a cell with the mass of several bins becomes several bins of equal width', () => {
  assert.deepEqual([...equalMassEdges([10, 0, 30, 9], 5)], [1, 1 + 2 / 3, 1 + 4 / 3, 3, 4]);
});

test('values at and beyond the ends, and rows that are padding', () => {
  const maps = float32([2, 1, 1, 4], [0, 1, 2, 4, -9, 9, 9, 9]);
  const ranges = new ChannelRanges(1);
  ranges.add(maps, 1);
  assert.deepEqual([at(ranges.low, 0), at(ranges.high, 0)], [0, 4]);
  const cells = new CellCounts(ranges);
  cells.add(maps, 1);
  assert.equal(
    at(cells.counts, 0).reduce((sum, count) => sum + count, 0),
    4,
  );
  const filled = new Float32Array(2);
  new Histograms(cells, 2).fill(filled, maps, 1);
  assert.deepEqual([...filled], [0.25, 0.75]);
});

test('a channel of one value tells less, equal and more apart', () => {
  const { histograms } = fit(float32([1, 1, 1, 3], [2, 2, 2]), 3);
  const filled = new Float32Array(3);
  histograms.fill(filled, float32([1, 1, 1, 4], [1, 2, 2, 3]), 0);
  assert.deepEqual([...filled], [0.75, 0, 0.25]);
});

function fit(maps: Tensor<'float32'>, bins: number) {
  const [count = 0, channels = 0] = maps.shape;
  const ranges = new ChannelRanges(channels);
  ranges.add(maps, count);
  const cells = new CellCounts(ranges);
  cells.add(maps, count);
  return { ranges, cells, histograms: new Histograms(cells, bins) };
}

/** The recipe's maps [N, 5, h, w], as the oracle shapes them. */
function shaped(recipe: Recipe, constant: boolean): Tensor<'float32'> {
  const { shape, data } = tensorOf(recipe);
  const [, channels = 1, height = 1, width = 1] = shape;
  const shapes = [
    (x: number) => x,
    (x: number) => x * x * x,
    (x: number) => (Math.abs(x) < 0.5 ? 0 : x),
    (x: number) => Math.max(x, 0),
    (x: number) => (constant ? 0.25 : x),
  ];
  return float32(
    shape,
    data.map((x, i) => at(shapes, Math.floor(i / (height * width)) % channels)(x)),
  );
}
