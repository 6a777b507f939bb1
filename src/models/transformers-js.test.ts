import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { env, pipeline } from '@huggingface/transformers';
import sharp from 'sharp';
import { temporaryFolder } from '../../test/helpers/cli.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { evalBatches, ImageCache } from '../data/index.js';
import { at } from '../errors.js';
import { cifarResNet } from '../nn/cifar-resnet.js';
import { compileOptionsFor } from '../run/device/compile-options.js';
import { compileRunModel } from '../run/use/run-model.js';
import { logSumExp } from '../training/log-sum-exp.js';
import { exportFolder } from './export.js';
import { openModel } from './open.js';

env.allowRemoteModels = false;
env.useFSCache = false;

const classes = ['ash', 'birch', 'cedar', 'elm', 'fir'];

/**
 * Pictures for a network of 32 pixels. What needs no resizing must agree to the rounding of float32. Where an odd number
 * of columns is cut off, transformers.js takes one less on the left. What must be shrunk differs by the filter: ours
 * averages over what becomes one pixel, transformers.js interpolates between the nearest ones.
 */
const pictures = [
  { name: 'exact.png', width: 32, height: 32, bound: 1e-4 },
  { name: 'wide.png', width: 48, height: 32, bound: 1e-4 },
  { name: 'tall.webp', width: 32, height: 40, bound: 1e-4 },
  { name: 'odd.png', width: 47, height: 32, bound: 0.03 },
  { name: 'double.png', width: 64, height: 64, bound: 0.01 },
  { name: 'photograph.jpg', width: 400, height: 300, bound: 0.06 },
] as const;

test('transformers.js gives the probabilities of our own evaluation for an exported folder', async (t) => {
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  const weight = tensorOf({ shape: [classes.length, 64], seed: 3, scale: 4, offset: 0 });
  const bias = tensorOf({ shape: [classes.length], seed: 4, scale: 1, offset: 0 });
  await exportFolder(folder, { network: cifarResNet(8, { seed: 1 }), head: { weight, bias, classes } });
  env.localModelPath = dirname(folder);
  const classify = await pipeline('image-classification', basename(folder), { device: 'cpu' });
  t.after(() => classify.dispose());
  for (const { name, width, height, bound } of pictures) {
    const file = join(folder, name);
    await writePicture(file, width, height);
    const expected = await probabilitiesOf(folder, file);
    const found = await classify(file, { top_k: classes.length });
    assert.deepEqual(new Set(found.map(({ label }) => label)), new Set(classes));
    for (const { label, score } of found) {
      const error = Math.abs(score - at(expected, classes.indexOf(label)));
      assert.ok(error <= bound, `${name}, ${label}: ${error}`);
    }
  }
});

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
      const total = logSumExp(logits);
      results.push(Float64Array.from(logits, (logit) => Math.exp(logit - total)));
    },
  );
  await evaluator.release();
  return at(results, 0);
}

/** A picture with soft edges and some texture, as photographs have them. */
async function writePicture(file: string, width: number, height: number): Promise<void> {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const [u, v] = [x / width, y / height];
        const shade = Math.sin(9 * u + 2 * c) + Math.cos(11 * v - c) + Math.sin(40 * u * v + c) / 2;
        pixels[(y * width + x) * 3 + c] = Math.round(128 + 45 * shade);
      }
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } });
  await (file.endsWith('.webp') ? picture.webp({ lossless: true }) : picture).toFile(file);
}
