import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../../test/helpers/golden.js';
import { recipeSchema } from '../../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../../test/helpers/lcg.js';
import { at } from '../../errors.js';
import { positionFilter, resizePositions } from './positions.js';

const schema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      library: z.string(),
      registers: z.number(),
      before: z.number(),
      from: z.number(),
      to: z.number(),
      positions: recipeSchema,
      resized: z.array(z.number()),
    }),
  ),
});

for (const { name, library, registers, before, from, to, positions, resized } of readGolden(
  'positions',
  schema,
).cases)
  test(`positions of ${name}, from ${from} to ${to} patches a side, are those of ${library}`, () => {
    const filter = name === 'SigLIP 2' ? 'bilinear-antialias' : positionFilter(library, registers);
    const { shape, data } = resizePositions(tensorOf(positions), { before, from, to, filter });
    assert.deepEqual(shape, [1, before + to * to, at(positions.shape, 2)]);
    assert.equal(data.length, resized.length);
    const worst = Math.max(...resized.map((value, i) => Math.abs(value - at(data, i))));
    assert.ok(worst < 2e-6, `off by ${worst}`);
  });
