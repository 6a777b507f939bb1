import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { readGolden } from '../../../test/helpers/golden.js';
import { recipeSchema } from '../../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../../test/helpers/lcg.js';
import { at } from '../../errors.js';
import { type TransportOptions, unbalancedTransport } from './unbalanced-transport.js';

const matrixSchema = z.array(z.array(z.number()));
const { transports } = readGolden(
  'uot',
  z.object({
    transports: z.array(
      z.object({
        name: z.string(),
        cost: recipeSchema,
        options: z.object({ epsilon: z.number(), tauSource: z.number(), tauTarget: z.number() }),
        stopped: matrixSchema,
        converged: matrixSchema,
        minimised: matrixSchema.optional(),
      }),
    ),
  }),
);

const toTheEnd = { tolerance: 1e-15, iterations: 100_000 };

describe('agrees with POT, element by element', () => {
  for (const { name, cost: recipe, options, stopped, converged, minimised } of transports) {
    const { shape, data } = tensorOf(recipe);
    const [, K = 1] = shape;
    const cost = stopped.map((_, s) => Float64Array.from(data.subarray(s * K, (s + 1) * K)));
    test(`${name}: where it stops`, () =>
      assert.ok(relativeError(unbalancedTransport(cost, options), stopped) < 1e-10));
    test(`${name}: where it leads to`, () =>
      assert.ok(relativeError(unbalancedTransport(cost, { ...options, ...toTheEnd }), converged) < 1e-10));
    if (minimised !== undefined)
      test(`${name}: SciPy finds the same minimum of the objective`, () =>
        assert.ok(relativeError(unbalancedTransport(cost, { ...options, ...toTheEnd }), minimised) < 1e-7));
  }
});

const weights: fc.Arbitrary<TransportOptions> = fc.record({
  epsilon: fc.double({ min: 0.2, max: 2, noNaN: true }),
  tauSource: fc.double({ min: 0.1, max: 5, noNaN: true }),
  tauTarget: fc.double({ min: 0.1, max: 5, noNaN: true }),
});
const costs = fc
  .record({ S: fc.integer({ min: 1, max: 5 }), K: fc.integer({ min: 1, max: 5 }) })
  .chain(({ S, K }) => {
    const row = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: K, maxLength: K });
    return fc.array(
      row.map((list) => Float64Array.from(list)),
      { minLength: S, maxLength: S },
    );
  });

test('no element of the plan can be changed for the better: the derivative of the objective is zero', () => {
  fc.assert(
    fc.property(costs, weights, (cost, options) => {
      const { epsilon, tauSource, tauTarget } = options;
      const plan = unbalancedTransport(cost, { ...options, ...toTheEnd });
      const columns = at(plan, 0).map((_, k) => plan.reduce((sum, row) => sum + at(row, k), 0));
      plan.forEach((row, s) => {
        const rowSum = row.reduce((sum, mass) => sum + mass, 0);
        row.forEach((mass, k) => {
          const marginals = tauSource * Math.log(rowSum) + tauTarget * Math.log(at(columns, k));
          const derivative = at(at(cost, s), k) + epsilon * Math.log(mass) + marginals;
          assert.ok(Math.abs(derivative) < 1e-10, `${derivative}`);
        });
      });
    }),
  );
});

test('one source and one target: exp(-c / (epsilon + tau_1 + tau_2))', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 20, noNaN: true }), weights, (c, options) => {
      const { epsilon, tauSource, tauTarget } = options;
      const plan = unbalancedTransport([Float64Array.of(c)], { ...options, ...toTheEnd });
      assert.ok(relativeError(plan, [[Math.exp(-c / (epsilon + tauSource + tauTarget))]]) < 1e-12);
    }),
  );
});

const defaults = { epsilon: 1, tauSource: 1, tauTarget: 100 };

test('the exponents are 1/2 and 100/101', () => {
  const [m, c] = [Math.exp(-3), Float64Array.of(3)];
  const u = (1 / m) ** 0.5;
  const v = (1 / (m * u)) ** (100 / 101);
  const plan = unbalancedTransport([c], { ...defaults, iterations: 1 });
  assert.ok(relativeError(plan, [[u * m * v]]) < 1e-14);
});

test('permuting sources and targets permutes the plan', () => {
  fc.assert(
    fc.property(costs, weights, (cost, options) => {
      const reversed = (matrix: readonly Float64Array[]) => matrix.map((row) => row.toReversed()).reverse();
      const plan = unbalancedTransport(cost, options);
      const mirrored = unbalancedTransport(reversed(cost), options);
      assert.ok(relativeError(reversed(mirrored), plan) < 1e-10);
    }),
  );
});

describe('where M underflows, the scalings before count: here those at the start', () => {
  const [near, far, overflows] = [0, 800, 744]; // exp(-744) is more than 0, its reciprocal is infinite.
  const cases: Readonly<Record<string, number[][]>> = {
    'a source far from every target': [[near], [far]],
    'a source almost as far': [[near], [overflows]],
    'a target far from every source': [[near, far]],
  };
  for (const [name, cost] of Object.entries(cases))
    test(name, () => {
      const rows = cost.map((row) => Float64Array.from(row));
      const [nearest, other] = unbalancedTransport(rows, defaults).flatMap((row) => [...row]);
      assert.equal(nearest, 0.5);
      assert.ok((other ?? 1) < 1e-300);
    });
});

/** Of the worst element. */
function relativeError(actual: readonly Float64Array[], expected: readonly ArrayLike<number>[]): number {
  assert.equal(actual.length, expected.length);
  const errors = actual.flatMap((row, s) => {
    assert.equal(row.length, at(expected, s).length);
    return Array.from(row, (mass, k) => Math.abs(mass / at(at(expected, s), k) - 1));
  });
  // NaN is an error, too.
  return errors.every((error) => error >= 0) ? Math.max(...errors) : Number.POSITIVE_INFINITY;
}
