import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../test/helpers/cli.js';
import { openClipModel } from '../../test/helpers/hub-models.js';
import { openModel } from './open.js';

type Change = Readonly<Record<string, string>>;

/** A folder as OpenCLIP has it, with other files besides. */
async function folderOf(t: TestContext, change: Change = {}): Promise<string> {
  const folder = await temporaryFolder();
  t.after(() => folder.remove());
  const files = { ...(await openClipModel()), ...change };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, name), content);
  return folder.path;
}

async function configWith(preprocess: Readonly<Record<string, unknown>>): Promise<string> {
  const { 'open_clip_config.json': json } = await openClipModel();
  return JSON.stringify({ ...JSON.parse(String(json)), preprocess_cfg: preprocess });
}

test('a folder of OpenCLIP is opened: its image tower, as its images were prepared', async (t) => {
  const network = await openModel(await folderOf(t));
  assert.equal(network.featureSize, 24);
  assert.deepEqual(network.preprocessing, {
    imageSize: 32,
    resizeSize: 32,
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
  });
  assert.deepEqual(network.notes, [
    "not used: CLIP's text tower (18 tensors)",
    'it has no classifier of its own',
  ]);
});

test("without preprocess_cfg, images are prepared as OpenAI's", async (t) => {
  const network = await openModel(await folderOf(t, { 'open_clip_config.json': await configWith({}) }));
  assert.deepEqual(network.preprocessing.mean, [0.48145466, 0.4578275, 0.40821073]);
});

test('that images were squeezed to a square is said', async (t) => {
  const json = await configWith({ resize_mode: 'squash' });
  const { notes = [] } = await openModel(await folderOf(t, { 'open_clip_config.json': json }));
  assert.match(notes.join(), /squeezed to a square when it was trained; here they are cut/);
});

test('images that are filled up to a square are refused, and so is what is no configuration', async (t) => {
  const longest = await folderOf(t, {
    'open_clip_config.json': await configWith({ resize_mode: 'longest' }),
  });
  await assert.rejects(openModel(longest), { code: 'model.config', message: /resize_mode longest/ });
  const json = '{"model_cfg":{"vision_cfg":{"image_size":[32,16]}}}';
  const oblong = await folderOf(t, { 'open_clip_config.json': json });
  await assert.rejects(openModel(oblong), { code: 'model.config', message: /32x16/ });
});

test('a config.json comes first, unless there are only weights of OpenCLIP', async (t) => {
  const { 'open_clip_model.safetensors': tensors = '' } = await openClipModel();
  const config = '{"model_type":"clip","vision_config":{"num_attention_heads":2,"hidden_act":"gelu"}}';
  const own = await openModel(await folderOf(t, { 'config.json': config }));
  assert.deepEqual(own.preprocessing.std, [0.25, 0.25, 0.25]);
  const folder = await folderOf(t, { 'config.json': config });
  await writeFile(join(folder, 'model.safetensors'), tensors);
  const other = await openModel(folder);
  assert.match(other.notes?.join() ?? '', /no file says how its images were prepared/);
});

test('weights that are a pickle are refused with the command that converts them', async (t) => {
  const folder = await folderOf(t);
  await rm(join(folder, 'open_clip_model.safetensors'));
  await assert.rejects(openModel(folder), { code: 'model.pickle', message: /open_clip_pytorch_model\.bin/ });
  const { 'open_clip_model.safetensors': tensors = '' } = await openClipModel();
  await writeFile(join(folder, 'model.safetensors'), tensors);
  assert.equal((await openModel(folder)).featureSize, 24);
});
