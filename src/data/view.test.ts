import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { readGolden } from '../../test/helpers/golden.js';
import { centreView } from './view.js';

const number = z.number();
const goldenSchema = z.object({
  torchvision: z.string(),
  cases: z.array(z.tuple([number, number, number, number, number, number, number, number])),
});

test("evaluation takes the pixels of torchvision's Resize and CenterCrop", () => {
  const { cases } = readGolden('evaluation-view', goldenSchema);
  assert.ok(cases.length > 500, `${cases.length} cases`);
  for (const [width, height, resizeSize, crop, ...expected] of cases) {
    const view = centreView({ width, height }, resizeSize, crop);
    // + 0: a corner at minus zero is at zero.
    const found = [view.width, view.height, view.left + 0, view.top + 0];
    assert.deepEqual(found, expected, `${width} x ${height}, resized to ${resizeSize}, cropped to ${crop}`);
  }
});
