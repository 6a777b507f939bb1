import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../errors.js';
import { Random } from '../random.js';
import { type Looks, SHAPE_LENGTH } from './near-descriptor.js';
import { NearIndex } from './near-index.js';

const random = new Random(1, 'test');

function looks(shape: Float32Array, colour = 0): Looks {
  const length = Math.sqrt(shape.reduce((sum, value) => sum + value ** 2, 0));
  return {
    mean: 100,
    contrast: 40,
    shape: shape.map((value) => value / length),
    colour: Int8Array.of(colour),
  };
}

/** Shapes around a few others: some near-equal, most not. `rank`: of how many coefficients. */
function clustered(count: number, rank: number): Looks[] {
  const draw = (size: number) =>
    Float32Array.from({ length: SHAPE_LENGTH }, (_, i) => (i < rank ? size * random.normal() : 0));
  const centres = Array.from({ length: count / 20 }, () => draw(1));
  return Array.from({ length: count }, (_, i) => {
    const noise = draw(0.01 + 0.08 * random.uniform());
    return looks(at(centres, i % centres.length).map((value, j) => value + at(noise, j)));
  });
}

function byComparing(pictures: readonly Looks[], { shape }: Looks, most: number) {
  const all = pictures.map((other, position) => ({
    position,
    distance: shape.reduce((sum, value, i) => sum + (value - at(other.shape, i)) ** 2, 0) / 2,
  }));
  return all
    .filter(({ distance }) => distance < 0.0025)
    .sort((a, b) => a.distance - b.distance || a.position - b.position)
    .slice(0, most)
    .map(({ position }) => position);
}

for (const [count, rank] of [
  [600, SHAPE_LENGTH],
  [3000, SHAPE_LENGTH],
  [3000, 4],
] as const) {
  test(`of ${count} pictures in ${rank} dimensions, the closest are found, as by comparing with each`, () => {
    const pictures = clustered(count, rank);
    const index = new NearIndex(pictures);
    let found = 0;
    for (let i = 0; i < count; i += 10) {
      const picture = at(pictures, i);
      const near = index.near(picture, 5).map(({ position }) => position);
      assert.deepEqual(near, byComparing(pictures, picture, 5), String(i));
      found += near.length;
    }
    assert.ok(found > count / 10, 'not only themselves');
  });
}

test('pictures of one shape differ by brightness, contrast and colours', () => {
  const [picture = looks(new Float32Array(SHAPE_LENGTH))] = clustered(20, SHAPE_LENGTH);
  const isNear = (change: Partial<Looks>, other: Partial<Looks> = {}) =>
    new NearIndex([{ ...picture, ...change }]).near({ ...picture, ...other }, 1).length === 1;
  assert.ok(isNear({ mean: 36, contrast: 20 }));
  assert.ok(!isNear({ mean: 35 }));
  assert.ok(!isNear({ contrast: 19 }));
  const [red, orange, green] = [
    { colour: Int8Array.of(-10, 30) },
    { colour: Int8Array.of(-25, 20) },
    { colour: Int8Array.of(-20, -25) },
  ];
  assert.ok(isNear(red, orange));
  assert.ok(!isNear(red, green));
  assert.ok(isNear({ colour: Int8Array.of(0, 7) }, green), 'nearly grey');
});
