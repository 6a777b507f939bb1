import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { augment } from '../../data/augment.js';
import type { Pixels } from '../../data/image.js';
import { Random } from '../../random.js';
import { type AugmentationName, augmentationOf, augmentations } from './augmentations.js';

const SIDE = 24;
const LONG = 40;

/** Upright, and unlike its mirror image. */
const photograph: Pixels = {
  width: LONG,
  height: SIDE,
  channels: 3,
  data: Uint8Array.from({ length: LONG * SIDE * 3 }, (_, i) => (7 * Math.floor(i / 3) + 90 * (i % 3)) % 251),
};

function views(name: AugmentationName, flip: boolean, count = 40): string[] {
  const augmentation = augmentationOf({ augment: name, flip, randomErasing: 0 }, { mean: [0.5, 0.5, 0.5] });
  return Array.from({ length: count }, (_, epoch) => {
    const target = new Uint8Array(SIDE * SIDE * 3);
    augment(photograph, augmentation, SIDE, new Random(1, 'augmentation', epoch), target);
    return Buffer.from(target).toString('base64');
  });
}

/** Least and largest share of the photograph that is seen, and what else is done. */
const expected: Readonly<Record<AugmentationName, readonly [string, ...unknown[]]>> = {
  none: ['none'],
  crop: ['randomResizedCrop', [0.25, 1]],
  'inception-crop': ['randomResizedCrop', [0.08, 1]],
  'pad-crop': ['padCrop', 4],
  'rand-augment': ['randomResizedCrop', [0.25, 1], { n: 2, m: 9 }],
  'color-jitter': [
    'randomResizedCrop',
    [0.25, 1],
    { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  ],
};

for (const [name, [kind, ...parts]] of Object.entries(expected))
  describe(name, () => {
    const named = Object.keys(augmentations).find((one): one is AugmentationName => one === name);
    assert.ok(named !== undefined);

    test('is what the documents say', () => {
      const { kind: actual, ...others } = augmentations[named](true);
      assert.equal(actual, kind);
      const { flip, ...rest } = { flip: undefined, ...others };
      assert.equal(flip, kind === 'none' ? undefined : true);
      assert.deepEqual(Object.values(rest), parts);
    });

    test('a seed gives the same pixels again, and, unless it does nothing, epochs give others', () => {
      const seen = views(named, true);
      assert.deepEqual(views(named, true), seen);
      assert.equal(new Set(seen).size > 1, named !== 'none');
    });
  });

test('without mirror images, none is one', () => {
  // By the one that does nothing else: of a crop of the whole, what is left are 9 places in each direction.
  assert.ok(new Set(views('pad-crop', false, 2000)).size <= 81);
  assert.ok(new Set(views('pad-crop', true, 2000)).size > 81);
});
