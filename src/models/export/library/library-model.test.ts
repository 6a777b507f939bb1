import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { temporaryFolder } from '../../../../test/helpers/cli.js';
import { exportFolder } from '../../../../test/helpers/export-folder.js';
import { classes, fineTuned, imageTowers, written } from '../../../../test/helpers/fine-tuned.js';
import { goldenFolder } from '../../../../test/helpers/golden.js';
import { readSafetensors } from '../../../files/safetensors.js';
import { float32 } from '../../../graph/tensor.js';
import { fingerprintNetwork } from '../../../run/folder/fingerprint.js';
import { parseConfig } from '../../config.js';
import { networkOf } from '../../detect.js';
import { openModel } from '../../open.js';
import { type LibraryModel, libraryModelOf } from './library-model.js';

const folder = await temporaryFolder();
after(folder.remove);

/** Which have a classifier in their library, its tensors' names, and what config.json calls it. */
const cases: Readonly<
  Record<string, readonly [LibraryModel['library'], head: string, architecture?: string]>
> = {
  'clip-resnet-average': ['timm', 'head.fc', 'resnet50_clip_gap'],
  'convnext-timm': ['timm', 'head.fc', 'convnext_tiny'],
  'convnext-timm-hidden': ['timm', 'head.fc', 'convnext_large_mlp'],
  'convnext-timm-overlap': ['timm', 'head.fc', 'convnext_atto_ols'],
  'convnext-timm-v2': ['timm', 'head.fc', 'convnextv2_atto'],
  'convnext-torchvision': ['torchvision', 'classifier.2'],
  'convnext-transformers': ['transformers', 'classifier', 'ConvNextForImageClassification'],
  'convnext-transformers-v2': ['transformers', 'classifier', 'ConvNextV2ForImageClassification'],
  'dino-transformers': ['transformers', 'classifier', 'Dinov2ForImageClassification'],
  'dino-transformers-registers': ['transformers', 'classifier', 'Dinov2WithRegistersForImageClassification'],
  'dino-transformers-swiglu': ['transformers', 'classifier', 'Dinov2ForImageClassification'],
  'efficientnet-timm': ['timm', 'classifier', 'tf_efficientnet_b0'],
  'efficientnet-timm-lite': ['timm', 'classifier', 'efficientnet_lite0'],
  'efficientnet-transformers': ['transformers', 'classifier', 'EfficientNetForImageClassification'],
  'efficientnet-torchvision': ['torchvision', 'classifier.1'],
  'mobilenet-v2-timm': ['timm', 'classifier', 'mobilenetv2_100'],
  'mobilenet-v2-transformers': ['transformers', 'classifier', 'MobileNetV2ForImageClassification'],
  'mobilenet-v3-timm': ['timm', 'classifier', 'mobilenetv3_small_100'],
  'mobilenet-v3-torchvision': ['torchvision', 'classifier.3'],
  'resnet-timm-next': ['timm', 'fc', 'resnext14_4x4d'],
  'resnet-timm-se-d': ['timm', 'fc', 'seresnet26d'],
  'resnet-transformers-basic': ['transformers', 'classifier.1', 'ResNetForImageClassification'],
  'resnet-transformers-bottleneck': ['transformers', 'classifier.1', 'ResNetForImageClassification'],
  'siglip-timm': ['timm', 'head', 'vit_base_patch16_siglip_224'],
  'siglip-timm-tanh': ['timm', 'head', 'vit_base_patch32_siglip_256'],
  'vit-timm': ['timm', 'head', 'vit_tiny_patch8_32'],
  'vit-timm-average': ['timm', 'head', 'vit_tiny_patch8_gap_32'],
  'vit-timm-clip': ['timm', 'head', 'vit_tiny_patch8_clip_quickgelu_32'],
  'vit-timm-distilled': ['timm', 'head', 'deit_tiny_distilled_patch8_32'],
  'vit-timm-options': ['timm', 'head', 'vit_small_patch8_reg4_dinov2'],
  'vit-torchvision': ['torchvision', 'heads.head'],
  'vit-transformers': ['transformers', 'classifier', 'ViTForImageClassification'],
  'vit-transformers-single': ['transformers', 'classifier', 'DeiTForImageClassification'],
  'vit-transformers-distilled': ['transformers', 'cls_classifier', 'DeiTForImageClassificationWithTeacher'],
};

for (const [name, [library, head, architecture]] of Object.entries(cases))
  test(`${name}: tensors have the names and shapes of the file, and are the same network again`, async () => {
    const { model, shapes } = fineTuned(`backbone-${name}`);
    const found = written(name, model);
    assert.deepEqual([found.library, found.architecture], [library, architecture]);
    const path = join(folder.path, name);
    await exportFolder(path, model, { library: found });

    const { tensors } = await readSafetensors(join(path, 'model.safetensors'));
    const counters = /(num_batches_tracked|mask_token)$/;
    const got = new Map(
      [...tensors].filter(([key]) => !counters.test(key)).map(([key, { shape }]) => [key, `${shape}`]),
    );
    const expected = new Map([...shapes].filter(([key]) => !counters.test(key)));
    const heads = [`${head}.`, 'head_dist.', 'distillation_classifier.'];
    // An encoder's file has no classifier.
    expected.set(`${head}.weight`, shapes.get(`${head}.weight`) ?? `3,${model.network.featureSize}`);
    expected.set(`${head}.bias`, '3');
    for (const key of expected.keys())
      if (heads.some((start) => key.startsWith(start)))
        expected.set(key, expected.get(key)?.replace(/^\d+/, '3') ?? '');
    assert.deepEqual(new Map([...got].sort()), new Map([...expected].sort()));

    const again = await openModel(path);
    assert.equal(fingerprintNetwork(again), fingerprintNetwork(model.network));
    assert.deepEqual(again.preprocessing, model.network.preprocessing);
    assert.deepEqual(again.pretrainedHead, model.head);
    assert.deepEqual(again.origin, model.network.origin);
    // Without its tensors, the folder is still the same network, of an ONNX file.
    await rm(join(path, 'model.safetensors'));
    assert.deepEqual((await openModel(path)).preprocessing, model.network.preprocessing);
  });

test('other networks have no classifier in their library', () => {
  const names = readdirSync(goldenFolder()).flatMap((file) => /^backbone-(.*)[.]json$/.exec(file)?.[1] ?? []);
  const others = names.filter(
    (name) =>
      !(name in cases || name in imageTowers) && !/resized$|openclip-timm$|transformers-msn$/.test(name),
  );
  assert.deepEqual(others.sort(), [
    'clip-resnet',
    'clip-resnet-timm',
    'dino-authors-giant',
    'dino-authors-registers',
    'openclip-resnet',
  ]);
  for (const name of others) {
    const { model } = fineTuned(`backbone-${name}`);
    const found = libraryModelOf(model, model.network.origin);
    assert.ok('why' in found && /classifier on what this network puts out/.test(found.why), name);
  }
});

test('positions are those of the images that were trained on', async () => {
  const { model } = fineTuned('backbone-vit-transformers', 48);
  const path = join(folder.path, 'larger');
  const found = written('vit-transformers', model);
  await exportFolder(path, model, { library: found });
  assert.equal(found.fields.image_size, 48);
  const { tensors } = await readSafetensors(join(path, 'model.safetensors'));
  assert.deepEqual(tensors.get('vit.embeddings.position_embeddings')?.shape, [1, 37, 48]);
  assert.equal(fingerprintNetwork(await openModel(path)), fingerprintNetwork(model.network));
});

test('a ViT-MSN is written with one prefix, as transformers reads every ViT', async () => {
  const { model, shapes } = fineTuned('backbone-vit-transformers-msn');
  const found = written('vit-transformers-msn', model);
  assert.equal(found.architecture, 'ViTMSNForImageClassification');
  const path = join(folder.path, 'msn');
  await exportFolder(path, model, { library: found });
  const { tensors } = await readSafetensors(join(path, 'model.safetensors'));
  const expected = [...shapes.keys()].map((key) => key.replace(/^encoder/, 'vit.encoder'));
  assert.deepEqual([...tensors.keys()].sort(), expected.sort());
  const again = await openModel(path);
  assert.equal(fingerprintNetwork(again), fingerprintNetwork(model.network));
  assert.deepEqual(again.pretrainedHead, model.head);
});

test("DINOv2's classifier sees more than an encoder's features: zeros for that, and the ONNX file is what is opened", async () => {
  const { model } = fineTuned('backbone-dino-transformers');
  const { network } = model;
  const encoder = networkOf(
    new Map([
      ...(network.toFile?.(new Map([...network.parameters].map(([key, { tensor }]) => [key, tensor]))) ?? []),
    ]),
    'encoder',
    { config: network.origin?.config ?? undefined, imageSize: 32 },
  );
  assert.equal(encoder.featureSize, 48);
  const head = { weight: float32([3, 48], new Float32Array(3 * 48).fill(2)), bias: model.head.bias, classes };
  const small = { network: { ...encoder, preprocessing: network.preprocessing }, head };
  const found = written('encoder', small);
  const path = join(folder.path, 'encoder');
  await exportFolder(path, small, { library: found });
  const { tensors } = await readSafetensors(join(path, 'model.safetensors'));
  const weight = tensors.get('classifier.weight');
  assert.ok(weight?.dtype === 'float32');
  assert.deepEqual(weight.shape, [3, 96]);
  assert.deepEqual(Array.from(weight.data).slice(46, 50), [2, 2, 0, 0]);
  const again = await openModel(path);
  assert.deepEqual([again.featureSize, again.origin], [48, undefined]);
});

test('whole numbers that Python wrote as 1.0 are written so again', () => {
  const text =
    '{"model_type": "dinov2", "layerscale_value": 1.0, "mlp_ratio": 4, "a": [1.0], "drop_path_rate": 0.0}';
  const { architecture } = parseConfig(text, 'config.json');
  assert.ok(architecture?.library === 'transformers');
  assert.deepEqual(architecture.floats, ['layerscale_value', 'drop_path_rate']);
});

test('a run of an earlier version, and one on an ONNX file, say why they have no tensors', () => {
  const { model } = fineTuned('backbone-vit-timm');
  for (const [origin, why] of [
    [undefined, /earlier version/],
    [null, /an ONNX file/],
    [{ library: 'keras', marker: 'x', heads: ['x'], config: null }, /names of keras/],
  ] as const) {
    const found = libraryModelOf(model, origin);
    assert.ok('why' in found && why.test(found.why));
  }
});
