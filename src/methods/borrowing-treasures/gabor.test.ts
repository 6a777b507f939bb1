import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../../test/helpers/golden.js';
import { worstError } from '../../../test/helpers/samples.js';
import { at } from '../../errors.js';
import { type GaborScale, gaborBank } from './gabor.js';

const golden = readGolden(
  'borrowing',
  z.object({
    gabor: z.array(
      z.object({
        radius: z.number(),
        /** Of the grid of samples, which has the centre in it. */
        step: z.number(),
        samples: z.array(z.array(z.array(z.number()))),
      }),
    ),
  }),
);

const bank = gaborBank();
const filters = bank.flatMap((scale) =>
  Array.from({ length: scale.kernels.shape[0] ?? 0 }, (_, index) => ({ scale, index })),
);

test('kernels agree with the formula as Manjunath and Ma print it', () => {
  assert.deepEqual(
    bank.map(({ radius }) => radius),
    golden.gabor.map(({ radius }) => radius),
  );
  bank.forEach((scale, i) => {
    const { step, samples } = at(golden.gabor, i);
    const side = 2 * scale.radius + 1;
    const first = scale.radius % step;
    const places = Array.from({ length: Math.ceil((side - first) / step) }, (_, k) => first + k * step);
    samples.forEach((expected, index) => {
      const kernel = kernelOf(scale, index);
      const actual = places.flatMap((y) => places.map((x) => at(kernel, y * side + x)));
      assert.ok(worstError(actual, expected.flat()) < 1e-6, `scale ${i}, kernel ${index}`);
    });
  });
});

test('48 filters, none of which answers to brightness', () => {
  assert.equal(filters.length, 48);
  for (const { scale, index } of filters) {
    const kernel = kernelOf(scale, index);
    const sum = kernel.reduce((total, weight) => total + weight, 0);
    assert.ok(Math.abs(sum) < 1e-6 * kernel.reduce((total, weight) => total + Math.abs(weight), 0));
  }
});

test('a wave of its own frequency passes whole; halfway to the next scale or orientation, half of it', () => {
  const halfHeight = (0.4 - 0.2) / (1 + 1 / 2); // of the finest filter along its axis: touches the next scale's
  bank.forEach((scale, m) => {
    const own = 0.4 / 2 ** m;
    for (let n = 0; n < 6; n++) {
      const angle = (n * Math.PI) / 6;
      assert.ok(Math.abs(gain(scale, n, own, angle) - 1) < 0.03);
      const along = gain(scale, n, own - halfHeight / 2 ** m / 2, angle);
      assert.ok(along > 0.5, `nearer than half height: ${along}`);
      assert.ok(Math.abs(gain(scale, n, own - halfHeight / 2 ** m, angle) - 0.5) < 0.05);
      // Where a line through the origin touches the half-height ellipse.
      const touching = Math.sqrt(own ** 2 - (halfHeight / 2 ** m) ** 2) * Math.cos(Math.PI / 12);
      assert.ok(Math.abs(gain(scale, n, touching, angle + Math.PI / 12) - 0.5) < 0.05);
    }
  });
});

/** |sum_x k(x) exp(-2 pi j f.x)| of an orientation's complex kernel. */
function gain(scale: GaborScale, orientation: number, frequency: number, angle: number): number {
  const [real, imaginary] = [kernelOf(scale, 2 * orientation), kernelOf(scale, 2 * orientation + 1)];
  const side = 2 * scale.radius + 1;
  let cosine = 0;
  let sine = 0;
  real.forEach((weight, i) => {
    const x = (i % side) - scale.radius;
    const y = Math.floor(i / side) - scale.radius;
    const phase = 2 * Math.PI * frequency * (x * Math.cos(angle) + y * Math.sin(angle));
    cosine += weight * Math.cos(phase) + at(imaginary, i) * Math.sin(phase);
    sine += at(imaginary, i) * Math.cos(phase) - weight * Math.sin(phase);
  });
  return Math.hypot(cosine, sine);
}

function kernelOf({ radius, kernels }: GaborScale, index: number): Float32Array {
  const area = (2 * radius + 1) ** 2;
  return kernels.data.subarray(index * area, (index + 1) * area);
}
