import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { tinyNetwork } from '../../../test/helpers/tiny-network.js';
import type { DatasetImage } from '../../data/index.js';
import { at } from '../../errors.js';
import { float32 } from '../../graph/tensor.js';
import { cachedFeatures } from './feature-cache.js';

const image = (digest: string): DatasetImage => ({
  image: { kind: 'file', path: 'anywhere.png' },
  name: 'anywhere.png',
  digest,
  label: 0,
});
const images = [image('a'), image('b')];
const network = tinyNetwork(2);

describe('features of a frozen network', () => {
  let folder: string;
  let computed = 0;
  const features = (of = images, device: 'cpu' | 'wasm' = 'cpu', which = network) =>
    cachedFeatures(of, { network: which, device }, async () => {
      computed += 1;
      return float32(
        [of.length, 2],
        Array.from({ length: 2 * of.length }, (_, i) => i / 3),
      );
    });

  beforeEach(async () => {
    computed = 0;
    folder = await mkdtemp(join(tmpdir(), 'adarand-'));
    process.env.ADARAND_CACHE = join(folder, 'cache');
  });
  afterEach(async () => {
    delete process.env.ADARAND_CACHE;
    await rm(folder, { recursive: true });
  });

  test('are computed once, to the bit', async () => {
    const first = await features();
    assert.deepEqual(await features(), first);
    assert.equal(computed, 1);
  });

  test('take what killed processes left half-written out of their folder, after a day', async () => {
    const names = ['.features-a.safetensors.0123456789ab.tmp', '.features-b.safetensors.0123456789ab.tmp'];
    await mkdir(join(folder, 'cache'));
    for (const [i, name] of names.entries()) {
      const path = join(folder, 'cache', name);
      await writeFile(path, 'half');
      const time = Date.now() / 1000 - 3600 * (i === 0 ? 25 : 23);
      await utimes(path, time, time);
    }
    await features();
    const left = (await readdir(join(folder, 'cache'))).filter((name) => name.endsWith('.tmp'));
    assert.deepEqual(left, names.slice(1));
  });

  test('are others for other images, another order, device, network or preprocessing', async () => {
    await features();
    await features([image('b'), image('a')]);
    await features([image('a'), image('c')]);
    await features(images, 'wasm');
    const { preprocessing } = network;
    await features(images, 'cpu', { ...network, preprocessing: { ...preprocessing, resizeSize: 9 } });
    const shifted = new Map(network.buffers);
    shifted.set('bn1.running_mean', float32([4], [1, 2, 3, 4]));
    await features(images, 'cpu', { ...network, buffers: shifted });
    assert.equal(computed, 6);
  });

  test('are computed again where the file is damaged', async () => {
    await features();
    const [file] = await readdir(join(folder, 'cache'));
    await writeFile(join(folder, 'cache', at([file ?? ''], 0)), 'nonsense');
    await features();
    assert.equal(computed, 2);
    await features();
    assert.equal(computed, 2, 'the damaged file was replaced');
  });

  test('cost no run where they cannot be stored', async () => {
    await writeFile(join(folder, 'file'), '');
    process.env.ADARAND_CACHE = join(folder, 'file', 'cache');
    await features();
    await features();
    assert.equal(computed, 2);
  });
});
