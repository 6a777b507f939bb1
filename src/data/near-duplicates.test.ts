import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scene } from '../../test/helpers/scenes.js';
import { createDataset } from './dataset.js';
import { formatReport } from './format-report.js';
import type { LabelledImage, Pixels } from './image.js';

/** The picture with every value a little further from black. */
const lighter = ({ data, ...size }: Pixels): Pixels => ({
  ...size,
  data: data.map((value) => Math.min(255, value + 3)),
});

const grey = ({ data, width, height }: Pixels): Pixels => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from({ length: width * height }, (_, i) => {
    const [red = 0, green = 0, blue = 0] = data.subarray(3 * i);
    return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  }),
});

const pictures = await Promise.all(Array.from({ length: 40 }, (_, i) => scene(i, 32, 24)));
const imageOf = (picture: Pixels | undefined, label: number): LabelledImage => {
  assert.ok(picture);
  return { image: { kind: 'pixels', ...picture }, label };
};
const images = pictures.map((picture, i) => imageOf(picture, i % 2));
const changed = (i: number, label: number, change = lighter) => {
  const [picture] = pictures.slice(i);
  return imageOf(picture && change(picture), label);
};
const nearLines = (lines: readonly string[]) => lines.filter((line) => /≈|near/.test(line));

test('near-equal images are cut into one split; the other images stay where they were', () => {
  const all = [...images, ...Array.from({ length: 10 }, (_, i) => changed(i, i % 2))];
  for (let seed = 0; seed < 10; seed++) {
    const {
      train,
      val,
      test: testing,
      report,
    } = createDataset({ path: 'd', classes: ['a', 'b'], train: all }, { seed });
    assert.equal(report.near.groups.length, 10);
    assert.deepEqual(report.near.leakage, []);
    const splitOf = (name: string) =>
      [train, val, testing].findIndex(({ images }) => images.some((image) => image.name === name));
    for (let i = 0; i < 10; i++) assert.equal(splitOf(`train[${i}]`), splitOf(`train[${40 + i}]`));
    assert.deepEqual(nearLines(formatReport(report)), [
      'near-duplicates: 10 pictures more than once, but encoded again, resized or slightly changed: ' +
        `${report.near.groups
          .slice(0, 3)
          .map((group) => group.join(' ≈ '))
          .join(', ')} and 7 more`,
    ]);
  }
});

test('a near-equal pair hardly moves other images to other splits', async () => {
  const cut = (last: LabelledImage) => {
    const train = [...images, last];
    const { val, test: testing } = createDataset({ path: 'd', classes: ['a', 'b'], train }, { seed: 4 });
    return [val, testing].map((split) => new Set(split.images.map(({ name }) => name)));
  };
  const [unlike, like] = [cut(imageOf(await scene(99, 32, 24), 1)), cut(changed(39, 1))];
  unlike.forEach((split, i) => {
    const moved = [...split].filter((name) => !like[i]?.has(name));
    assert.ok(moved.length <= 1, moved.join());
  });
});

test('near-equal images in two splits, in two classes and in grey are reported', () => {
  const { report } = createDataset(
    {
      path: 'd',
      classes: ['a', 'b'],
      train: [...images, changed(2, 1), changed(5, 1)],
      val: [changed(4, 0), changed(4, 0, ({ ...same }) => same)],
      test: [changed(0, 0, grey), changed(1, 0)],
    },
    { seed: 1 },
  );
  assert.deepEqual(report.near.groups, [
    ['train[0]', 'test[0]'],
    ['train[1]', 'test[1]'],
    ['train[2]', 'train[40]'],
    ['train[4]', 'val[0]', 'val[1]'],
    ['train[5]', 'train[41]'],
  ]);
  assert.deepEqual(nearLines(formatReport(report)), [
    'near-duplicates: 5 pictures more than once, but encoded again, resized or slightly changed: ' +
      'train[0] ≈ test[0], train[1] ≈ test[1], train[2] ≈ train[40] and 2 more',
    'leakage: 1 near-equal picture in train and val: train[4] ≈ val[0] ≈ val[1]',
    'leakage: 2 near-equal pictures in train and test: train[0] ≈ test[0], train[1] ≈ test[1]',
    'contradictory: 2 near-equal pictures in two classes: train[1] ≈ test[1], train[2] ≈ train[40]',
  ]);
  assert.deepEqual(report.leakage, [{ splits: ['train', 'val'], groups: [['train[4]', 'val[1]']] }]);
});

test('pairs that are not kept together are reported, and so is their leakage', () => {
  // Twelve of one picture among 52 images: a group may have four.
  const copies = Array.from({ length: 12 }, (_, i) => {
    const [picture] = pictures.slice(3);
    assert.ok(picture);
    return imageOf(
      { ...picture, data: picture.data.map((value, at) => (at === i ? 255 - value : value)) },
      1,
    );
  });
  const { report } = createDataset(
    { path: 'd', classes: ['a', 'b'], train: [...images, ...copies] },
    { seed: 3 },
  );
  assert.equal(report.near.limit, 4);
  assert.ok(report.near.groups.every((group) => group.length <= 4));
  assert.ok(report.near.leakage.length > 0);
  const apart = formatReport(report).find((line) => line.includes('not kept together'));
  assert.match(
    apart ?? '',
    /^near-duplicates: \d+ pairs not kept together, which would take groups of more than 4 images: /,
  );
});
