import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { env, pipeline } from '@huggingface/transformers';
import sharp, { type Sharp } from 'sharp';
import { temporaryFolder } from '../../test/helpers/cli.js';
import { exportFolder } from '../../test/helpers/export-folder.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { structuredBatches } from '../../test/helpers/structured-images.js';
import { softmax } from '../analysis/softmax.js';
import { evalBatches, ImageCache } from '../data/index.js';
import { at } from '../errors.js';
import { cifarResNet } from '../nn/cifar-resnet.js';
import { Random } from '../random.js';
import { compileOptionsFor } from '../run/device/compile-options.js';
import { compileRunModel } from '../run/use/compile-run-model.js';
import { QUANTIZED_FILE } from '../run/use/quantized-report.js';

import { TRACED_IMAGES } from './export/free-batch.js';
import type { ExportedModel } from './export/onnx.js';
import { quantizeClassifier, quantizedFile } from './export/quantize/quantize.js';
import { openModel } from './open.js';

env.allowRemoteModels = false;
env.useFSCache = false;

const classes = ['ash', 'birch', 'cedar', 'elm', 'fir'];

interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** How far a probability may be off. */
  readonly bound: number;
  /** How much noise is added, in levels of 255. Default 0. */
  readonly noise?: number;
  readonly form?: (picture: Sharp) => Sharp;
}

/**
 * For a network of 32 pixels. What needs no resizing must agree to the rounding of float32. Where an odd number of
 * columns is cut off, transformers.js may take another one on the left. What must be shrunk differs by the filter: ours is
 * a triangle, that of transformers.js Lanczos.
 */
const forSmall: readonly Picture[] = [
  { name: 'exact.png', width: 32, height: 32, bound: 1e-4 },
  { name: 'wide.png', width: 48, height: 32, bound: 1e-4 },
  { name: 'tall.webp', width: 32, height: 40, bound: 1e-4 },
  { name: 'odd.png', width: 47, height: 32, bound: 0.03 },
  { name: 'double.png', width: 64, height: 64, bound: 0.01 },
  { name: 'photograph.jpg', width: 400, height: 300, bound: 0.015 },
];

/** For a network of 96 pixels, whose graph takes 192 and halves them. */
const forLarge: readonly Picture[] = [
  { name: 'photograph.jpg', width: 1800, height: 1200, noise: 60, bound: 0.02 },
  { name: 'portrait.jpg', width: 907, height: 1613, noise: 60, bound: 0.02 },
  { name: 'panorama.png', width: 2600, height: 500, noise: 60, bound: 0.02 },
  { name: 'small.png', width: 60, height: 45, bound: 0.01 },
  { name: 'grey.png', width: 700, height: 500, bound: 0.02, form: (picture) => picture.greyscale() },
  {
    name: 'sixteen-bits.png',
    width: 700,
    height: 500,
    bound: 0.02,
    form: (picture) => picture.toColourspace('rgb16'),
  },
  {
    name: 'turned.jpg',
    width: 700,
    height: 500,
    bound: 0.02,
    form: (picture) => picture.withMetadata({ orientation: 6 }),
  },
];

const small = cifarResNet(8, { seed: 1 });
const large = { ...small, preprocessing: { ...small.preprocessing, imageSize: 96, resizeSize: 110 } };

for (const [network, pictures] of [
  [small, forSmall],
  [large, forLarge],
] as const)
  test(`transformers.js gives our own probabilities at ${network.preprocessing.imageSize} pixels`, async (t) => {
    const { path: folder, remove } = await temporaryFolder();
    t.after(remove);
    const weight = tensorOf({ shape: [classes.length, 64], seed: 3, scale: 4, offset: 0 });
    const bias = tensorOf({ shape: [classes.length], seed: 4, scale: 1, offset: 0 });
    const model = { network, head: { weight, bias, classes } };
    await exportFolder(folder, model);
    await writeQuantized(folder, model);
    env.localModelPath = dirname(folder);
    const classify = await pipeline('image-classification', basename(folder), { device: 'cpu' });
    t.after(() => classify.dispose());
    const inEightBits = await pipeline('image-classification', basename(folder), {
      device: 'cpu',
      dtype: 'q8',
    });
    t.after(() => inEightBits.dispose());
    for (const picture of pictures) {
      const file = join(folder, picture.name);
      await writePicture(file, picture);
      const expected = await probabilitiesOf(folder, file);
      const found = await classify(file, { top_k: classes.length });
      assert.deepEqual(new Set(found.map(({ label }) => label)), new Set(classes));
      for (const { label, score } of found) {
        const error = Math.abs(score - at(expected, classes.indexOf(label)));
        assert.ok(error <= picture.bound, `${picture.name}, ${label}: ${error}`);
      }
      const rounded = await inEightBits(file, { top_k: classes.length });
      for (const { label, score } of rounded) {
        const error = Math.abs(score - at(expected, classes.indexOf(label)));
        assert.ok(
          error > 0 && error <= picture.bound + 0.12,
          `${picture.name}, ${label} in 8 bits: ${error}`,
        );
      }
    }
  });

/** The 8-bit file, where transformers.js looks for it; of ranges on pictures like those of the test. */
async function writeQuantized(folder: string, model: ExportedModel): Promise<void> {
  const { preprocessing } = model.network;
  const { imageSize } = preprocessing;
  const batches = structuredBatches({ batches: 4, batchSize: TRACED_IMAGES, imageSize, seed: 1 });
  const graph = await quantizeClassifier(model, batches, await compileOptionsFor('cpu', 1));
  await writeFile(join(folder, QUANTIZED_FILE), quantizedFile(graph, preprocessing));
}

/** What the product makes of a file with the exported folder. */
async function probabilitiesOf(folder: string, path: string): Promise<Float64Array> {
  const network = await openModel(folder);
  const { pretrainedHead: head, preprocessing } = network;
  const { imageSize, resizeSize } = preprocessing;
  assert.ok(head !== undefined);
  const { state, evaluator } = await compileRunModel({ network, head }, 1, await compileOptionsFor('cpu', 1));
  const images = [{ image: { kind: 'file', path }, label: 0 }] as const;
  const cache = new ImageCache({ imageSize });
  const results: Float64Array[] = [];
  await evaluator.forEach(
    state,
    evalBatches(images, { batchSize: 1, imageSize, resizeSize, cache }),
    ({ logits }) => {
      results.push(softmax(logits));
    },
  );
  await evaluator.release();
  return at(results, 0);
}

/** A picture with soft edges and some texture, as photographs have them, and perhaps noise. */
async function writePicture(file: string, { width, height, noise = 0, form = same }: Picture): Promise<void> {
  const random = new Random(1, 'test', width, height);
  const pixels = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const grain = noise === 0 ? 0 : noise * random.normal();
      for (let c = 0; c < 3; c++) {
        const [u, v] = [x / width, y / height];
        const shade = Math.sin(9 * u + 2 * c) + Math.cos(11 * v - c) + Math.sin(40 * u * v + c) / 2;
        pixels[(y * width + x) * 3 + c] = Math.round(128 + 45 * shade + grain);
      }
    }
  const picture = form(sharp(pixels, { raw: { width, height, channels: 3 } }));
  await (file.endsWith('.webp') ? picture.webp({ lossless: true }) : picture).toFile(file);
}

function same(picture: Sharp): Sharp {
  return picture;
}
