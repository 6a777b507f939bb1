import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Sharp } from 'sharp';
import { editable, scene } from '../../test/helpers/scenes.js';
import { at } from '../errors.js';
import { decodeImage } from './decode.js';
import type { Pixels } from './image.js';
import { describePicture, isDescriptor, looksOf } from './near-descriptor.js';
import { nearEqual } from './near-equal.js';

type Edit = (picture: Sharp) => Sharp;

const found: Readonly<Record<string, Edit>> = {
  'JPEG of quality 90': (picture) => picture.jpeg({ quality: 90 }),
  'JPEG of quality 50': (picture) => picture.jpeg({ quality: 50 }),
  WebP: (picture) => picture.webp({ quality: 60 }),
  'half its size': (picture) => picture.resize(48, 36).jpeg({ quality: 80 }),
  'twice its size': (picture) => picture.resize(192, 144).jpeg({ quality: 80 }),
  'another shape': (picture) => picture.resize(64, 64, { fit: 'fill' }).png(),
  lighter: (picture) => picture.linear(1.05, 5).jpeg({ quality: 90 }),
  darker: (picture) => picture.linear(0.8, 0).jpeg({ quality: 90 }),
  'other colours': (picture) => picture.linear([1.05, 1, 0.9], [0, 0, 0]).jpeg({ quality: 90 }),
  'less colour': (picture) =>
    picture.recomb([
      [0.65, 0.29, 0.06],
      [0.15, 0.79, 0.06],
      [0.15, 0.29, 0.56],
    ]),
  'no colour': (picture) =>
    picture.recomb([
      [0.299, 0.587, 0.114],
      [0.299, 0.587, 0.114],
      [0.299, 0.587, 0.114],
    ]),
  'other metadata': (picture) => picture.withExif({ IFD0: { Artist: 'somebody' } }).jpeg({ quality: 90 }),
  'turned, and EXIF says so': (picture) =>
    picture.rotate(90).withMetadata({ orientation: 8 }).jpeg({ quality: 90 }),
};

const lost: Readonly<Record<string, Edit>> = {
  cropped: (picture) => picture.extract({ left: 5, top: 5, width: 86, height: 62 }),
  mirrored: (picture) => picture.flop(),
  turned: (picture) => picture.rotate(90),
  'its negative': (picture) => picture.negate(),
  'a third as bright': (picture) => picture.linear(0.33, 0),
  'of the opposite colours': (picture) =>
    // Y stays, Cb and Cr change their signs.
    picture.recomb([
      [-0.402, 1.174, 0.228],
      [0.598, 0.174, 0.228],
      [0.598, 1.174, -0.772],
    ]),
};

async function edited(picture: Pixels, edit: Edit): Promise<Pixels> {
  const file = edit(editable(picture));
  const { format } = await file
    .clone()
    .toBuffer({ resolveWithObject: true })
    .then(({ info }) => info);
  return decodeImage(await (format === 'raw' ? file.png() : file).toBuffer(), 64);
}

const described = (pictures: readonly Pixels[]) =>
  pictures.map((image, number) => ({ number, descriptor: describePicture(image) }));

test('a picture is known again after it was encoded again, resized or slightly changed, and only then', async () => {
  const scenes = await Promise.all(Array.from({ length: 12 }, (_, i) => scene(i)));
  const originals = described(
    await Promise.all(scenes.map((picture) => edited(picture, (original) => original.png()))),
  );
  for (const [name, edit] of Object.entries(found)) {
    const changed = described(await Promise.all(scenes.map((picture) => edited(picture, edit))));
    const pairs = Array.from(nearEqual(changed, originals), ([a, b]) => [a.number, b.number]);
    assert.deepEqual(
      pairs,
      scenes.map((_, number) => [number, number]),
      name,
    );
  }
  for (const [name, edit] of Object.entries(lost)) {
    const changed = described(await Promise.all(scenes.map((picture) => edited(picture, edit))));
    assert.equal(nearEqual(changed, originals).size, 0, name);
  }
});

test('grey with one channel or three, and opaque colours with three or four, are described alike', async () => {
  const { width, height, data } = await scene(3, 40, 30);
  const grey = data.filter((_, i) => i % 3 === 1);
  const repeated = data.map((_, i) => at(data, i - (i % 3) + 1));
  const opaque = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : at(data, (i >> 2) * 3 + (i % 4)),
  );
  const size = { width, height };
  assert.equal(
    describePicture({ ...size, channels: 1, data: grey }),
    describePicture({ ...size, channels: 3, data: repeated }),
  );
  assert.equal(
    describePicture({ ...size, channels: 4, data: opaque }),
    describePicture({ ...size, channels: 3, data }),
  );
});

function drawn(value: (x: number, y: number) => number, side = 64): Pixels {
  const data = Uint8Array.from({ length: side * side }, (_, i) =>
    Math.round(value(((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side)),
  );
  return { width: side, height: side, channels: 1, data };
}

test('a descriptor has mean, contrast and frequencies', () => {
  const waves = drawn((x, y) => 128 + 80 * Math.cos(3 * Math.PI * x) - 40 * Math.cos(2 * Math.PI * y));
  const descriptor = describePicture(waves);
  assert.ok(descriptor !== undefined && isDescriptor(descriptor));
  assert.equal(descriptor.length, 200);
  const { mean, contrast, shape, colour } = looksOf(descriptor);
  assert.equal(mean, 128);
  // The root of (80^2 + 40^2) / 2.
  assert.equal(contrast, 63);
  assert.ok(Math.abs(at(shape, 2) - 2 / Math.sqrt(5)) < 0.005, '(3, 0) is the third after the constant');
  assert.ok(Math.abs(at(shape, 15 + 15) + 1 / Math.sqrt(5)) < 0.005, '(0, 2) follows rows of 15 and 15');
  assert.ok(colour.every((value) => value === 0));
});

test('a picture with next to no contrast has no descriptor', () => {
  assert.equal(describePicture(drawn(() => 90)), undefined);
  assert.equal(describePicture(drawn((x) => 90 + 5 * Math.cos(Math.PI * x))), undefined);
  assert.notEqual(describePicture(drawn((x) => 90 + 7 * Math.cos(Math.PI * x))), undefined);
  assert.equal(nearEqual([{}], [{}, { descriptor: undefined }]).size, 0);
});

test('what is no descriptor is not taken for one', () => {
  const descriptor = describePicture(drawn((x) => 90 + 50 * x));
  assert.ok(descriptor !== undefined && isDescriptor(descriptor));
  const [zeros, flat] = [Buffer.alloc(149), Buffer.alloc(149, 127)];
  zeros.writeInt8(20, 1);
  flat.writeInt8(3, 1);
  const wrong = [
    '',
    'abc',
    descriptor.slice(1),
    `${descriptor} `,
    ...[zeros, flat].map((bytes) => bytes.toString('base64')),
  ];
  for (const text of wrong) assert.equal(isDescriptor(text), false, text);
});

test('the closest is found, as by comparing with each', () => {
  // Two waves at an angle: one minus the correlation is one minus the cosine of the difference of the angles.
  const angle = fc.integer({ min: 0, max: 90 });
  const wave = (hundredths: number) => {
    const [a, b] = [70 * Math.cos(hundredths / 100), 70 * Math.sin(hundredths / 100)];
    return {
      hundredths,
      descriptor: describePicture(
        drawn((x, y) => 128 + a * Math.cos(Math.PI * x) + b * Math.cos(Math.PI * y), 32),
      ),
    };
  };
  fc.assert(
    fc.property(fc.array(angle, { maxLength: 60 }), angle, (known, asked) => {
      const image = wave(asked);
      const match = nearEqual([image], known.map(wave)).get(image);
      const least = Math.min(...known.map((hundredths) => Math.abs(hundredths - asked)));
      // 1 - cos 0.07 = 0.00245, and 1 - cos 0.071 = 0.0025.
      if (match)
        assert.ok(Math.abs(match.hundredths - asked) <= Math.min(7, least + 1), `${asked}, ${known}`);
      else assert.ok(least >= 7, `${asked}, ${known}`);
    }),
    { numRuns: 60 },
  );
});
