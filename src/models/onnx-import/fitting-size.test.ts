import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdarandError } from '../../errors.js';
import { atFittingSize } from './fitting-size.js';

/** A network that can be built for some sizes. */
const built =
  (fits: (size: number) => boolean, tried: number[] = []) =>
  (size: number) => {
    tried.push(size);
    if (fits(size)) return size;
    throw new AdarandError('model.image-size', 'net: Conv does not fit', 'The hint of a node.');
  };

test('a size that works is built once, and nothing else', () => {
  const tried: number[] = [];
  assert.equal(
    atFittingSize(
      40,
      built(() => true, tried),
      { name: 'net', imageSize: 40 },
    ),
    40,
  );
  assert.deepEqual(tried, [40]);
});

test('one that is too small is told with a size that works', () => {
  const build = built((size) => size >= 40);
  assert.throws(() => atFittingSize(16, build, { name: 'net', imageSize: 16 }), {
    code: 'model.image-size',
    message: 'images of 16 pixels are too small for net: Conv does not fit',
    hint: 'Choose a larger image size: 48 works.',
  });
});

test('a network for one size only is told from one for larger images', () => {
  const build = built((size) => size === 224);
  assert.throws(() => atFittingSize(128, build, { name: 'net', imageSize: 128 }), {
    message: 'net does not take images of 128 pixels: Conv does not fit',
    hint: 'It takes images of 224 pixels: leave the image size out, or choose that one.',
  });
});

test('where no size works, or none was asked for, the error stays as it is', () => {
  const none = built(() => false);
  for (const imageSize of [16, undefined])
    assert.throws(() => atFittingSize(16, none, { name: 'net', imageSize }), { hint: 'The hint of a node.' });
});
