import assert from 'node:assert/strict';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { temporaryFolder, writeModel } from '../../../test/helpers/cli.js';
import { splitOnnx } from '../../../test/helpers/external-data.js';
import type { Network } from '../../nn/network.js';
import { importOnnx } from '../onnx-import.js';
import { openModel } from '../open.js';

describe('weights that an ONNX file keeps in another file', () => {
  let root: Awaited<ReturnType<typeof temporaryFolder>>;
  let whole: Uint8Array;
  let folder: string;
  const file = () => join(folder, 'net.onnx');

  before(async () => {
    root = await temporaryFolder();
    await writeModel(join(root.path, 'whole.onnx'));
    whole = await readFile(join(root.path, 'whole.onnx'));
  });
  after(() => root.remove());
  beforeEach(async () => {
    folder = join(root.path, 'model');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  });

  async function write(location: string, entries: Readonly<Record<string, string | undefined>> = {}) {
    const { model, data } = splitOnnx(whole, location, entries);
    await writeFile(file(), model);
    return data;
  }

  async function writeWithData(location: string, entries: Readonly<Record<string, string | undefined>> = {}) {
    const data = await write(location, entries);
    await mkdir(dirname(join(folder, location)), { recursive: true });
    await writeFile(join(folder, location), data);
    return data;
  }

  const rejects = (code: string, ...patterns: readonly RegExp[]) =>
    assert.rejects(openModel(file()), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.name, 'AdarandError', error.stack);
      assert.equal(error.code, code);
      for (const pattern of patterns) assert.match(`${error.message}\n${error.hint}`, pattern);
      return true;
    });

  for (const location of ['net.onnx.data', 'weights/all.bin', './net.onnx_data'])
    test(`are read from ${location}`, async () => {
      const data = await writeWithData(location);
      assert.ok(data.length > 1e5 && (await readFile(file())).length < 2e4);
      const expected = importOnnx(whole, { name: 'net.onnx' });
      const opened = await openModel(file());
      assert.deepEqual(tensorsOf(opened), tensorsOf(expected));
      assert.equal((await openModel(file(), { imageSize: 32 })).preprocessing.imageSize, 32);
    });

  test('are also read in the folder of a transformers.js model', async () => {
    const { model, data } = splitOnnx(whole, 'model.onnx_data');
    await mkdir(join(folder, 'onnx'));
    await writeFile(join(folder, 'onnx', 'model.onnx'), model);
    await writeFile(join(folder, 'onnx', 'model.onnx_data'), data);
    await writeFile(join(folder, 'config.json'), '{"model_type": "resnet"}');
    await writeFile(join(folder, 'preprocessor_config.json'), '{"size": 16}');
    assert.deepEqual(tensorsOf(await openModel(folder)), tensorsOf(importOnnx(whole, { name: 'net.onnx' })));
  });

  test('may have no stated length, and begin at 0 if nothing is said', async () => {
    const data = await write('net.data', { length: undefined });
    await writeFile(join(folder, 'net.data'), data);
    assert.deepEqual(tensorsOf(await openModel(file())), tensorsOf(importOnnx(whole, { name: 'net.onnx' })));
  });

  test('are missed by their name, with the way to get them', async () => {
    await write('net.onnx.data');
    await rejects(
      'model.external-data',
      /net\.onnx keeps the tensor ".+" in "net\.onnx\.data", and there is no .+net\.onnx\.data/,
      /beside the \.onnx file.+external_data=False/,
    );
  });

  test('cannot be outside of the folder', async () => {
    await writeFile(join(root.path, 'secret.bin'), new Uint8Array(2 ** 20));
    const outside = join(root.path, 'secret.bin');
    for (const location of [
      '../secret.bin',
      'a/../../secret.bin',
      outside,
      '..\\secret.bin',
      'C:\\secret.bin',
      '.',
      'a\0b',
    ]) {
      await write(location);
      await rejects('model.external-data', /not a file in its folder/, /external_data=False/);
    }
    await write('linked.bin');
    await symlink(outside, join(folder, 'linked.bin'));
    await rejects('model.external-data', /a link to .+secret\.bin, outside of/);
    await write('below/secret.bin');
    await symlink(root.path, join(folder, 'below'));
    await rejects('model.external-data', /outside of the model's folder/);
  });

  test("in the hub's cache, are links to its contents and to nothing else", async () => {
    const cache = join(root.path, 'hub', 'models--org--net');
    folder = join(cache, 'snapshots', '0'.repeat(40));
    const blob = join(cache, 'blobs', 'ab'.repeat(32));
    for (const each of [folder, dirname(blob)]) await mkdir(each, { recursive: true });
    const data = await write('net.data');
    await writeFile(blob, data);
    await symlink(`../../blobs/${'ab'.repeat(32)}`, join(folder, 'net.data'));
    assert.deepEqual(tensorsOf(await openModel(file())), tensorsOf(importOnnx(whole, { name: 'net.onnx' })));
    await rm(join(folder, 'net.data'));
    await writeFile(join(root.path, 'secret.data'), data);
    await symlink(join(root.path, 'secret.data'), join(folder, 'net.data'));
    await rejects('model.external-data', /a link to .+secret\.data, outside of/);
  });

  test('may be links within the folder', async () => {
    const data = await write('linked.bin');
    await writeFile(join(folder, 'stored.bin'), data);
    await symlink('stored.bin', join(folder, 'linked.bin'));
    assert.deepEqual(tensorsOf(await openModel(file())), tensorsOf(importOnnx(whole, { name: 'net.onnx' })));
  });

  test('are refused where they are not what is said', async () => {
    const data = await writeWithData('net.data');
    await writeFile(join(folder, 'net.data'), data.subarray(0, -1));
    await rejects(
      'model.damaged',
      /"net\.data", at bytes \d+ to \d+, but that has \d+ bytes: it is cut short/,
    );
    await writeWithData('net.data', { offset: String(2 ** 52) });
    await rejects('model.damaged', /at bytes 4503599627370496 to/);
    for (const [key, value] of [
      ['offset', '-8'],
      ['offset', '1e3'],
      ['length', '99999999999999999999'],
    ] as const) {
      await writeWithData('net.data', { [key]: value });
      await rejects('model.damaged', new RegExp(`the ${key} of its tensor ".+" in "net.data" is "${value}"`));
    }
    await writeWithData('net.data', { length: '12' });
    await rejects('model.damaged', /with 12 bytes where \[[\d,]+\] needs \d+/);
    await write('net.data', { location: undefined });
    await rejects('model.damaged', /does not say in which/);
    await rm(join(folder, 'net.data'));
    await mkdir(join(folder, 'net.data'));
    await write('net.data');
    await rejects('model.damaged', /which is not a file/);
  });

  test('are refused of a model that is given by its bytes', () => {
    const { model } = splitOnnx(whole, 'net.data');
    assert.throws(() => importOnnx(model, { name: 'net.onnx' }), {
      code: 'model.external-data',
      message: /in another file$/,
      hint: /external_data=False/,
    });
  });
});

function tensorsOf({ parameters, buffers, pretrainedHead }: Network) {
  return { parameters, buffers, pretrainedHead };
}
