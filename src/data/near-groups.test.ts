import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { at } from '../errors.js';
import type { DatasetImage } from './image.js';
import { describePicture } from './near-descriptor.js';
import { joinNearPictures, type NearPictures } from './near-groups.js';

const side = 48;

/**
 * Two waves of one frequency at an angle, in hundredths: one minus the correlation of two is one minus the cosine of the
 * difference, so that below 7 they are near-equal. Waves of two frequencies are not.
 */
function wave(frequency: number, hundredths: number): string | undefined {
  const [a, b] = [60 * Math.cos(hundredths / 100), 60 * Math.sin(hundredths / 100)];
  const along = (position: number) => Math.cos((Math.PI * frequency * (position + 0.5)) / side);
  const data = Uint8Array.from({ length: side * side }, (_, i) =>
    Math.round(128 + a * along(i % side) + b * along(Math.floor(i / side))),
  );
  return describePicture({ width: side, height: side, channels: 1, data });
}

function imageOf(name: string, descriptor: string | undefined, label = 0, digest = name): DatasetImage {
  return { image: { kind: 'file', path: name }, name, label, digest, descriptor };
}

/** Images that nothing is near-equal to. */
const others = (count: number) => Array.from({ length: count }, (_, i) => imageOf(`other ${i}`, undefined));

function groupsOf({ groupOf }: NearPictures): string[][] {
  const groups = new Map<string, string[]>();
  for (const [digest, name] of groupOf) groups.set(name, [...(groups.get(name) ?? []), digest]);
  return [...groups.values()];
}

const chain = [10, 16, 21.2, 25.6, 29.2, 32].map((angle, i) => imageOf(String(i), wave(1, angle)));

test('a chain is joined from its closest pairs on, until a group would be too large', () => {
  const few = joinNearPictures(chain);
  assert.equal(few.limit, 4);
  assert.deepEqual(groupsOf(few), [
    ['0', '1'],
    ['2', '3', '4', '5'],
  ]);
  assert.deepEqual(few.apart, [['1', '2']]);
  const many = joinNearPictures([...chain, ...others(194)]);
  assert.equal(many.limit, 10);
  assert.deepEqual(groupsOf(many), [['0', '1', '2', '3', '4', '5']]);
  assert.deepEqual(many.apart, []);
});

test('copies count as often as they are there', () => {
  const copies = [1, 2, 3, 4].map((i) => imageOf(`copy ${i}`, at(chain, 5).descriptor, 0, '5'));
  const found = joinNearPictures([...chain, ...copies]);
  assert.deepEqual(groupsOf(found), [['1', '2', '3', '4']]);
  assert.deepEqual(found.apart, [
    ['4', '5'],
    ['0', '1'],
    ['3', '5'],
  ]);
});

test('groups of several classes are as many images as one group may have', () => {
  const pairs = (labelOfSecond: number) =>
    Array.from({ length: 10 }, (_, i) => [
      imageOf(`${i} a`, wave(i + 1, 10)),
      imageOf(`${i} b`, wave(i + 1, 12), labelOfSecond),
    ]).flat();
  assert.equal(groupsOf(joinNearPictures(pairs(0))).length, 10);
  const mixed = joinNearPictures(pairs(1));
  assert.equal(mixed.limit, 4);
  assert.equal(groupsOf(mixed).length, 2);
  assert.equal(mixed.apart.length, 8);
});

test('a scene that is everywhere does not become one group', () => {
  const frames = Array.from({ length: 60 }, (_, i) => imageOf(String(i), wave(2, 30 + (i % 9) / 3)));
  const found = joinNearPictures(frames);
  assert.ok(groupsOf(found).every((group) => group.length <= 4));
  assert.ok(found.apart.length > 0);
});

test('the order of the images does not matter', () => {
  const drawn = fc.record({
    frequency: fc.integer({ min: 1, max: 3 }),
    angle: fc.integer({ min: 10, max: 60 }),
    label: fc.nat(2),
  });
  const images = fc
    .array(drawn, { minLength: 1, maxLength: 40 })
    .map((all) =>
      all.map(({ frequency, angle, label }, i) =>
        imageOf(`${i}`, wave(frequency, angle), label, `${i % 30} ${frequency} ${angle}`),
      ),
    );
  const shuffled = images.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, ([first, second]) => {
      const found = joinNearPictures(first);
      assert.deepEqual(joinNearPictures(second), found);
      for (const group of groupsOf(found)) {
        const size = first.filter(({ digest }) => group.includes(digest)).length;
        assert.ok(size <= found.limit, `${size} images`);
      }
    }),
    { numRuns: 50 },
  );
});
