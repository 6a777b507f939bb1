import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { worstError } from '../../test/helpers/samples.js';
import { at } from '../errors.js';
import { minimize, type Objective } from './lbfgs.js';

/** sum_i scale_i (x_i - centre_i)^2 / 2 */
const bowl =
  (scales: readonly number[], centre: readonly number[]): Objective =>
  async (point) => {
    const away = point.map((x, i) => x - at(centre, i));
    return {
      value: away.reduce((sum, x, i) => sum + (at(scales, i) * x * x) / 2, 0),
      gradient: away.map((x, i) => at(scales, i) * x),
    };
  };

/** Rosenbrock's valley in any even dimension; its minimum is at (1, ..., 1). */
const rosenbrock: Objective = async (point) => {
  const gradient = new Float64Array(point.length);
  let value = 0;
  for (let i = 0; i < point.length; i += 2) {
    const x = at(point, i);
    const bend = at(point, i + 1) - x * x;
    value += 100 * bend * bend + (1 - x) ** 2;
    gradient[i] = -400 * x * bend - 2 * (1 - x);
    gradient[i + 1] = 200 * bend;
  }
  return { value, gradient };
};

/** Counts how often an objective is asked. */
function counted(objective: Objective): { objective: Objective; count: () => number } {
  let count = 0;
  return {
    objective: (point) => {
      count++;
      return objective(point);
    },
    count: () => count,
  };
}

describe('closed forms', () => {
  test('quadratics with curvatures over four decades, from anywhere', async () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    const curvature = fc.double({ min: -2, max: 2, noNaN: true }).map((exponent) => 10 ** exponent);
    const coordinate = fc.record({ scale: curvature, centre: number, start: number });
    await fc.assert(
      fc.asyncProperty(fc.array(coordinate, { minLength: 1, maxLength: 12 }), async (coordinates) => {
        const centre = coordinates.map((c) => c.centre);
        const objective = bowl(
          coordinates.map((c) => c.scale),
          centre,
        );
        const start = Float64Array.from(coordinates, (c) => c.start);
        const { point, converged } = await minimize(objective, start, { tolerance: 1e-9 });
        assert.ok(converged);
        assert.ok(point.every((x, i) => Math.abs(x - at(centre, i)) < 1e-6));
      }),
      { numRuns: 50 },
    );
  });

  for (const dimension of [2, 10])
    test(`Rosenbrock's valley in ${dimension} dimensions, within 80 iterations`, async () => {
      const start = Float64Array.from({ length: dimension }, (_, i) => (i % 2 === 0 ? -1.2 : 1));
      const { point, value, iterations, converged } = await minimize(rosenbrock, start);
      assert.ok(converged && iterations < 80, `${iterations} iterations`);
      assert.ok(value < 1e-14);
      assert.ok(worstError(point, new Array(dimension).fill(1)) < 1e-7);
    });

  test('a gradient that is tiny or huge at the start is no hindrance', async () => {
    for (const scale of [1e-9, 1e9]) {
      const { point } = await minimize(bowl([scale], [1000]), new Float64Array(1), {
        tolerance: scale * 1e-9,
      });
      assert.ok(Math.abs(at(point, 0) - 1000) < 1e-8);
    }
  });
});

describe('ends', () => {
  test('at once where there is nothing to do, and leaves the start alone', async () => {
    const start = Float64Array.of(3, 4);
    const { objective, count } = counted(bowl([1, 2], [3, 4]));
    const { point, iterations, converged } = await minimize(objective, start);
    assert.deepEqual([...point], [3, 4]);
    assert.deepEqual([iterations, converged, count()], [0, true, 1]);
    await minimize(bowl([1, 2], [0, 0]), start);
    assert.deepEqual([...start], [3, 4]);
  });

  test('after the iterations it was given', async () => {
    const { iterations, converged } = await minimize(rosenbrock, Float64Array.of(-1.2, 1), {
      maxIterations: 3,
    });
    assert.deepEqual([iterations, converged], [3, false]);
  });

  test('soon, where single precision hides the rest, and close to the minimum', async () => {
    const scales = [1, 10, 100, 1000];
    const centre = [1, 2, 3, 4];
    const exact = bowl(scales, centre);
    // A constant of 1000 leaves the value an accuracy of 3e-5.
    const single: Objective = async (point) => {
      const { value, gradient } = await exact(Float64Array.from(point, Math.fround));
      return { value: Math.fround(1000 + value), gradient: gradient.map(Math.fround) };
    };
    const { objective, count } = counted(single);
    const { point } = await minimize(objective, new Float64Array(4), { tolerance: 1e-12, noise: 1e-4 });
    assert.ok(count() < 300, `${count()} evaluations`);
    assert.ok(worstError(point, centre) < 1e-6, `${point}`);
  });

  test('without harm on a function that has no minimum', async () => {
    const { value, point } = await minimize(
      async ([x = 0]) => ({ value: -x, gradient: Float64Array.of(-1) }),
      new Float64Array(1),
    );
    assert.ok(value <= 0 && Number.isFinite(at(point, 0)));
  });
});
