import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../../test/helpers/golden.js';
import { recipeSchema } from '../../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../../test/helpers/lcg.js';
import { runGraph } from '../../../test/helpers/run-graph.js';
import { worstError } from '../../../test/helpers/samples.js';
import { interpret } from '../../graph/interpret.js';
import { determinantSign } from '../../graph/operators/determinant-sign.js';
import { matmul } from '../../graph/operators/matmul.js';
import { float32 } from '../../graph/tensor.js';
import { constant, input, type Value } from '../../graph/value.js';
import { Random } from '../../random.js';
import { nodeDriver } from '../../runtime/node.js';
import { rotation } from './rotation.js';

const golden = readGolden(
  'dr-tune',
  z.object({
    rotations: z.array(
      z.object({ from: recipeSchema, to: recipeSchema, rotation: z.array(z.array(z.number())) }),
    ),
  }),
);

describe('the rotation agrees with SciPy', () => {
  golden.rotations.forEach(({ from, to, rotation: expected }, i) => {
    test(`${i}: ${from.shape}`, () => {
      const cross = matmul(constant(tensorOf(to)), constant(tensorOf(from)), { transposeA: true });
      const [actual = []] = interpret([rotation(cross)]);
      assert.ok(worstError(actual, expected.flat()) < 1e-6);
    });
  });
});

const rotationOf = (size: number, cross: readonly number[] | Float64Array) =>
  interpret(
    [rotation(input('cross', { dtype: 'float32', shape: [size, size] }))],
    new Map([['cross', Float64Array.from(cross)]]),
  )[0] ?? new Float64Array();

test('a plane rotation is recovered, at any scale', () => {
  for (const angle of [0, 0.3, 2, Math.PI, -1])
    for (const scale of [1e-12, 1, 1e12]) {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      // y = R x for points whose second moments are [[3, 1], [1, 2]].
      const cross = [3 * c - s, c - 2 * s, 3 * s + c, s + 2 * c].map((element) => scale * element);
      assert.ok(worstError(rotationOf(2, cross), [c, -s, s, c]) < 1e-7, `${angle}, ${scale}`);
    }
});

test('a reflection becomes the rotation that leaves the least of it: the smallest direction is given up', () => {
  assert.ok(worstError(rotationOf(3, [2, 0, 0, 0, -3, 0, 0, 0, 1]), [1, 0, 0, 0, -1, 0, 0, 0, -1]) < 1e-7);
});

test('what is not there is not turned', () => {
  assert.ok(rotationOf(3, new Float64Array(9)).every((element) => element === 0));
  const flat = rotationOf(3, [0, -5, 0, 1, 0, 0, 0, 0, 0]);
  assert.ok(worstError(flat, [0, -1, 0, 1, 0, 0, 0, 0, 0]) < 1e-7);
});

test('in single precision and many dimensions: orthogonal, determinant 1, all but the least of the trace', async () => {
  const size = 300;
  const random = new Random(1, 'test');
  const spectrum = Float32Array.from({ length: size }, (_, i) => 0.98 ** i);
  const cross = new Float32Array(size ** 2);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) cross[i * size + j] = cross[j * size + i] = 1e-4 * random.normal();
  for (let i = 0; i < size; i++) cross[i * (size + 1)] = (i === 7 ? -1 : 1) * (spectrum[i] ?? 0);
  const S = input('cross', { dtype: 'float32', shape: [size, size] });
  const R = rotation(S);
  const results = await run(
    [matmul(R, R, { transposeA: true }), determinantSign(R), matmul(R, S, { transposeA: true })],
    new Map([['cross', float32([size, size], cross)]]),
  );
  const [gram, sign, fitted] = results;
  const unit = Float64Array.from({ length: size ** 2 }, (_, i) => Number(i % (size + 1) === 0));
  assert.ok(worstError(gram ?? [], unit) < 1e-3);
  assert.equal(sign?.[0], 1);
  const trace = (fitted ?? []).reduce((sum, element, i) => sum + (i % (size + 1) === 0 ? element : 0), 0);
  const most = spectrum.reduce((sum, element) => sum + element, 0);
  assert.ok(trace < most + 0.01 && trace > most - 0.1, `${trace} of ${most}`);
});

async function run(outputs: readonly Value[], feeds: Parameters<typeof runGraph>[3]): Promise<number[][]> {
  const tensors = await runGraph(nodeDriver, 'cpu', outputs, feeds);
  return tensors.map(({ data }) => Array.from(data, Number));
}
