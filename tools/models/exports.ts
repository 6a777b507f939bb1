/**
 * Trains the networks that `oracle/exports.py make DIR` has written, each for an epoch, and exports them:
 *
 *     node build/tools/models/exports.js DIR [PART OF A NAME ...]
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { statIfThere } from '../../src/files/if-there.js';
import { adarand, writeImages } from '../../test/helpers/cli.js';

const [folder = '', ...wanted] = process.argv.slice(2);
const models = join(folder, 'models');
const images = join(folder, 'images');
if ((await statIfThere(images)) === undefined) await writeImages(images, 8, 48);
const names = (await readdir(models)).filter(
  (name) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
for (const name of names.sort()) {
  const [run, to] = [join(folder, 'runs', name), join(folder, 'exports', name)];
  for (const old of [run, to]) await rm(old, { recursive: true, force: true });
  const path = join(models, name);
  const files = await readdir(path);
  const hasConfig = files.some((file) => file === 'config.json' || file === 'open_clip_config.json');
  const model = hasConfig ? path : join(path, 'model.safetensors');
  const size = hasConfig ? [] : ['--image-size', name.endsWith('vit') ? '32' : '96'];
  const how = ['--epochs', '1', '--batch-size', '6', '--learning-rate', '0.001', '--out', run];
  for (const line of [
    ['train', images, '--model', model, ...size, ...how],
    ['export', run, '--to', to],
  ]) {
    const { code, stderr } = await adarand(folder, ...line);
    if (code === 0) continue;
    process.stdout.write(`${name}: ${stderr.trim()}\n`);
    break;
  }
  process.stdout.write(`${name}\n`);
}
