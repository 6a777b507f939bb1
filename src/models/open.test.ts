import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { classifierFile } from '../../test/helpers/classifier-file.js';
import { exportFolder } from '../../test/helpers/export-folder.js';
import { tensorOf, uniform } from '../../test/helpers/lcg.js';
import { classify, difference, floats, sharedModels, skipWithout } from '../../test/helpers/onnx-fixtures.js';
import { at } from '../errors.js';
import { readSafetensors, writeSafetensors } from '../files/safetensors.js';
import { float32, sizeOf, type Tensor, zeros } from '../graph/tensor.js';
import { mobileNetV2 } from '../nn/mobilenet-v2.js';
import type { Network, Preprocessing } from '../nn/network.js';
import { backboneNamed } from '../nn/registry.js';
import { vit } from '../nn/vit/vit.js';
import { nodeDriver } from '../runtime/node.js';
import { exportOnnx } from './export/onnx.js';
import { openModel } from './open.js';
import { resizedTo } from './resized-to.js';

const models = [
  'mobilenet-v1-025-128',
  'mobilenet-v1-075-192',
  'mobilenet-v2-100-224',
  'mobilenet-v2-inat-birds',
  'resnet20-cifar10',
  'resnet56-cifar10',
];

for (const name of models) {
  const folder = join(sharedModels, name);
  const skip = skipWithout(folder);

  test(`${name}: features and logits as the reference`, { skip }, async () => {
    const network = await openModel(folder);
    const { tensors } = await readSafetensors(join(folder, 'reference.safetensors'));
    const { imageSize } = network.preprocessing;
    const inputs = {
      photo: normalized(tensorNamed(tensors, 'photo_pixels'), network.preprocessing),
      lcg: tensorOf({ shape: [1, 3, imageSize, imageSize], seed: 12345, scale: 1, offset: 0 }),
    };
    for (const [kind, images] of Object.entries(inputs)) {
      const { features, logits } = await classify(network, images);
      const errors = [
        difference(features, floats(tensorNamed(tensors, `${kind}_features`))),
        difference(logits, floats(tensorNamed(tensors, `${kind}_logits`))),
      ];
      assert.ok(Math.max(...errors) < 1e-4, `${kind}: ${errors}`);
    }
  });

  test(`${name}: runs at another size, and comes back from an export`, { skip }, async () => {
    const network = await openModel(folder, { imageSize: 64 });
    const head = network.pretrainedHead;
    assert.ok(head !== undefined);
    const bytes = exportOnnx({ network, head });
    const session = await nodeDriver.createSession(bytes, { device: 'cpu', threads: 1 });
    for (const batch of [1, 3]) {
      const images = uniform(4, [batch, 3, 64, 64]);
      const expected = await classify(network, images);
      const logits = zeros('float32', [batch, head.classes.length]);
      await session.run(new Map([['pixel_values', images]]), new Map([['logits', logits]]));
      assert.ok(difference(floats(logits), expected.logits) < 1e-4);
    }
    await session.release();
  });
}

for (const name of ['resnet20-cifar10', 'resnet56-cifar10']) {
  const folder = join(sharedModels, name);
  test(`${name}: the ONNX file and the tensors are one network`, { skip: skipWithout(folder) }, async () => {
    const [fromTensors, fromOnnx] = await Promise.all([
      openModel(join(folder, 'model.safetensors')),
      openModel(join(folder, 'onnx', 'model.onnx'), { imageSize: 32 }),
    ]);
    assert.deepEqual(new Set(fromOnnx.parameters.keys()), new Set(fromTensors.parameters.keys()));
    assert.deepEqual(new Set(fromOnnx.buffers.keys()), new Set(fromTensors.buffers.keys()));
    const images = uniform(4, [2, 3, 32, 32]);
    const [a, b] = [await classify(fromTensors, images), await classify(fromOnnx, images)];
    assert.ok(difference(a.logits, b.logits) < 1e-5);
  });
}

const squeezenet = join(sharedModels, 'squeezenet-11');
test('the features of SqueezeNet are what its classifier reads, a padded convolution before a ReLU', {
  skip: skipWithout(squeezenet),
}, async () => {
  const { featureSize, pretrainedHead, notes = [] } = await openModel(squeezenet, { imageSize: 96 });
  assert.deepEqual([featureSize, pretrainedHead], [512, undefined]);
  assert.match(notes.join(), /the mean of the maps that enter it, "v35"/);
});

const architectures: Readonly<Record<string, Network>> = {
  ...Object.fromEntries(
    (['resnet20-cifar', 'resnet18', 'resnet50', 'mobilenet-v2'] as const).map((name) => [
      name,
      backboneNamed(name, { seed: 1 }),
    ]),
  ),
  'vit-192-2-8': vit({ imageSize: 32, patch: 8, width: 192, depth: 2, heads: 3 }, { seed: 1 }),
};
const headNames: Readonly<Record<string, string>> = {
  cifar_resnet: 'linear',
  resnet: 'fc',
  mobilenet_v2: 'classifier.1',
  vit: 'head',
};

for (const [name, network] of Object.entries(architectures))
  test(`${name} is recognised by its tensors`, async (t) => {
    const file = join(await temporaryFolder(t), 'model.safetensors');
    const head = headNames[network.modelType];
    const tensors = new Map<string, Tensor>([
      ...[...network.parameters].map(([key, { tensor }]) => [key, tensor] as const),
      ...network.buffers,
      [`${head}.weight`, uniform(1, [7, network.featureSize])],
      [`${head}.bias`, uniform(2, [7])],
    ]);
    await writeSafetensors(file, tensors);
    const opened = await openModel(file);
    assert.equal(opened.name, network.name);
    assert.equal(opened.pretrainedHead?.classes.length, 7);
    assert.deepEqual([...opened.parameters], [...network.parameters]);
  });

test('a file of unknown tensors names some of them', async (t) => {
  const file = join(await temporaryFolder(t), 'model.safetensors');
  await writeSafetensors(file, new Map([['encoder.weight', uniform(1, [2])]]));
  await assert.rejects(openModel(file), { code: 'model.unknown-architecture', message: /encoder\.weight/ });
});

test('what is missing or malformed is named', async (t) => {
  const folder = await temporaryFolder(t);
  const rejects = (path: string, code: string, message: RegExp) =>
    assert.rejects(openModel(path), { name: 'AdarandError', code, message });
  await rejects(join(folder, 'nothing'), 'model.not-found', /nothing/);
  await rejects(folder, 'model.not-found', /config\.json/);
  await writeFile(join(folder, 'config.json'), '{"model_type": 3}');
  await rejects(folder, 'model.config', /config\.json.*model_type/);
  await writeFile(join(folder, 'config.json'), '{"model_type": "resnet"');
  await rejects(folder, 'model.config', /not JSON/);
  await writeFile(join(folder, 'config.json'), '{"model_type": "resnet"}');
  await rejects(folder, 'model.not-found', /onnx\/model\.onnx/);
  await mkdir(join(folder, 'onnx'));
  await writeFile(join(folder, 'onnx', 'model.onnx'), 'not a model');
  await rejects(folder, 'model.not-found', /preprocessor_config\.json/);
  await writeFile(join(folder, 'preprocessor_config.json'), '{"size": {"height": 32, "width": 48}}');
  await rejects(folder, 'model.config', /32x48/);
  await writeFile(join(folder, 'preprocessor_config.json'), '{"size": 32}');
  await rejects(folder, 'model.damaged', /not a whole ONNX model/);
  await writeFile(join(folder, 'model.bin'), '');
  await rejects(join(folder, 'model.bin'), 'model.file-type', /model\.bin/);
});

test('the images of an ONNX file are prepared as the files around it say, or it is said that none does', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'onnx'));
  const opened = async (name: string) => {
    await writeFile(join(folder, name), classifierFile());
    const { preprocessing, pretrainedHead, notes = [] } = await openModel(join(folder, name));
    return { preprocessing, classes: pretrainedHead?.classes, notes: notes.join() };
  };
  const usual =
    /no file says how its images were prepared: taken as usual, 8 pixels, mean 0[.]485, .* deviation 0[.]229/;
  assert.match((await opened('net.onnx')).notes, usual);
  const classes = ['a', 'b', 'c', 'd', 'e'];
  const config = { model_type: 'resnet', id2label: Object.fromEntries(classes.map((name, i) => [i, name])) };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  assert.match((await opened('onnx/model.onnx')).notes, usual);
  const processor = { size: 8, image_mean: [0.1, 0.2, 0.3], image_std: [0.5, 0.6, 0.7] };
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(processor));
  const expected = {
    preprocessing: { imageSize: 8, resizeSize: 8, mean: [0.1, 0.2, 0.3], std: [0.5, 0.6, 0.7] },
    classes,
    notes: '',
  };
  for (const name of ['onnx/model.onnx', 'onnx/other.onnx', 'net.onnx'])
    assert.deepEqual(await opened(name), expected, name);
  await rm(join(folder, 'config.json'));
  const { preprocessing } = await opened('onnx/model.onnx');
  assert.deepEqual(preprocessing, expected.preprocessing);
});

test('another image size keeps the share of the image inside the crop', async (t) => {
  const folder = await temporaryFolder(t);
  const network = mobileNetV2(
    { seed: 1 },
    { stem: 8, last: 16, groups: [{ expansion: 1, channels: 8, repeats: 1, stride: 1 }] },
  );
  const head = { weight: uniform(1, [2, 16]), bias: uniform(2, [2]), classes: ['a', 'b'] };
  const preprocessing = { ...network.preprocessing, imageSize: 32, resizeSize: 36 };
  await exportFolder(folder, { network: { ...network, preprocessing }, head });
  const opened = await openModel(folder, { imageSize: 64 });
  assert.deepEqual(opened.preprocessing, { ...preprocessing, imageSize: 64, resizeSize: 72 });
  assert.throws(() => resizedTo(preprocessing, 0.5), { code: 'model.image-size' });
});

/** (pixel / 255 - mean) / std of pixels [N,H,W,3], as [N,3,H,W]. */
function normalized({ shape, data }: Tensor, { mean, std }: Preprocessing): Tensor<'float32'> {
  const [batch, height, width] = [at(shape, 0), at(shape, 1), at(shape, 2)];
  const area = height * width;
  const result = new Float32Array(sizeOf(shape));
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < area; i++)
      for (let c = 0; c < 3; c++) {
        const pixel = Number(data[(n * area + i) * 3 + c]);
        result[(n * 3 + c) * area + i] = (pixel / 255 - at(mean, c)) / at(std, c);
      }
  return float32([batch, 3, height, width], result);
}

function tensorNamed(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  assert.ok(tensor !== undefined, name);
  return tensor;
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'adarand-models-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
