import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { float32 } from '../../graph/tensor.js';
import { Random } from '../../random.js';
import { picturesOf } from './pictures.js';

const random = new Random(1, 'test');
const drawnOf = (n: number, d: number) => ({
  features: float32(
    [n, d],
    Float32Array.from({ length: n * d }, () => random.normal()),
  ),
  labels: Array.from({ length: n }, (_, i) => i % 2),
});
const classes = ['a', 'b'];

test('what there is to show is drawn: mistakes of a test, and features that make a plane', async () => {
  const tagsOf = async (...given: Parameters<typeof picturesOf>) =>
    (await picturesOf(...given)).map(({ tag }) => tag);
  const tested = { labels: [0, 1, 1], answers: [0, 0, 1] };
  const none = { test: undefined, drawn: undefined };
  assert.deepEqual(await tagsOf(none, classes), []);
  assert.deepEqual(await tagsOf({ ...none, test: tested }, classes), ['test/confusion']);
  assert.deepEqual(await tagsOf({ ...none, drawn: drawnOf(2, 5) }, classes), []);
  assert.deepEqual(await tagsOf({ ...none, drawn: drawnOf(5, 1) }, classes), []);
  assert.deepEqual(await tagsOf({ test: tested, drawn: drawnOf(3, 2) }, classes), [
    'test/confusion',
    'val/features',
  ]);
});

test('features of one direction, or all equal, are drawn as well', async () => {
  const equal = { features: float32([4, 3], new Float32Array(12).fill(2)), labels: [0, 1, 0, 1] };
  const line = { features: float32([3, 2], [0, 0, 1, 1, 2, 2]), labels: [0, 1, 0] };
  for (const drawn of [equal, line]) {
    const [picture] = await picturesOf({ test: undefined, drawn }, classes);
    assert.ok(picture !== undefined);
    const { width, height } = await sharp(picture.png).metadata();
    assert.deepEqual([picture.width, picture.height], [width, height]);
  }
});
