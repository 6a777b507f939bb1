import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { classTokenFile } from '../../../test/helpers/class-token.js';
import { exportFolder } from '../../../test/helpers/export-folder.js';
import { uniform } from '../../../test/helpers/lcg.js';
import { classify, difference, floats } from '../../../test/helpers/onnx-fixtures.js';
import { at } from '../../errors.js';
import { concat } from '../../graph/operators/concat.js';
import { expand } from '../../graph/operators/expand.js';
import { matmul } from '../../graph/operators/matmul.js';
import { reshape } from '../../graph/operators/reshape.js';
import { transpose } from '../../graph/operators/transpose.js';
import { type Shape, type Tensor, zeros } from '../../graph/tensor.js';
import { constant, input, type Value } from '../../graph/value.js';
import { cifarResNet } from '../../nn/cifar-resnet.js';
import { mobileNetV2 } from '../../nn/mobilenet-v2.js';
import type { Network } from '../../nn/network.js';
import { recordingScope } from '../../nn/scope.js';
import { vit } from '../../nn/vit/vit.js';
import { nodeDriver } from '../../runtime/node.js';
import { importOnnx } from '../onnx-import.js';
import { openModel } from '../open.js';
import { freeBatch } from './free-batch.js';
import { exportOnnx } from './onnx.js';

const headOf = (size: number) => ({
  weight: uniform(1, [5, size]),
  bias: uniform(2, [5]),
  classes: ['ash', 'birch', 'cedar', 'elm', 'fir'],
});

const mobileNet = mobileNetV2(
  { seed: 2 },
  { stem: 8, last: 16, groups: [{ expansion: 2, channels: 8, repeats: 2, stride: 2 }] },
);
const networks: readonly Network[] = [
  cifarResNet(8, { seed: 1 }),
  { ...mobileNet, preprocessing: { ...mobileNet.preprocessing, imageSize: 16 } },
  vit({ imageSize: 16, patch: 4, width: 16, depth: 2, heads: 4 }, { seed: 3 }),
];

for (const network of networks) {
  const head = headOf(network.featureSize);
  const { imageSize } = network.preprocessing;
  const tensors = disturbed(network);
  const trained = withTensors(network, tensors);

  test(`${network.name}: the exported file gives the network's features and logits, for any batch`, async () => {
    const bytes = exportOnnx({ network, head, tensors });
    for (const batch of [1, 3]) {
      const images = uniform(9, [batch, 3, imageSize, imageSize]);
      const expected = await classify({ ...trained, pretrainedHead: head }, images);
      const actual = await runFile(bytes, images, network.featureSize, 5);
      assert.ok(difference(actual.features, expected.features) < 1e-5);
      assert.ok(difference(actual.logits, expected.logits) < 1e-5);
    }
  });

  test(`${network.name}: the imported file has the network's feature maps, one for each stage or quarter`, () => {
    const { preprocessing } = network;
    const imported = importOnnx(exportOnnx({ network, head, tensors }), { name: 'again', preprocessing });
    const featureMapsOf = (of: Network) => {
      const scope = recordingScope(of, { training: false });
      of.features(input('images', { dtype: 'float32', shape: [2, 3, imageSize, imageSize] }), scope);
      return [...scope.featureMaps.values()].map(({ shape }) => shape);
    };
    const stages = featureMapsOf(imported);
    assert.ok(stages.length > 1, `${stages.length} stages`);
    // A network says where its feature maps are; of a file, they are the last map of a resolution, or sums of a transformer.
    const [own, found] = [featureMapsOf(network).at(-1), stages.at(-1)];
    assert.deepEqual(found?.slice(2), own?.slice(2));
    assert.equal(found?.length, own?.length);
  });

  test(`${network.name}: an exported file imports as the same network`, async () => {
    const { preprocessing } = network;
    const imported = importOnnx(exportOnnx({ network, head, tensors }), { name: 'again', preprocessing });
    assert.deepEqual(new Set(imported.buffers.keys()), new Set(network.buffers.keys()));
    assert.deepEqual(new Set(imported.parameters.keys()), new Set(network.parameters.keys()));
    const images = uniform(9, [2, 3, imageSize, imageSize]);
    const expected = await classify({ ...trained, pretrainedHead: head }, images);
    const actual = await classify(imported, images);
    assert.ok(difference(actual.features, expected.features) < 1e-5);
    assert.ok(difference(actual.logits, expected.logits) < 1e-5);
  });
}

test('a folder is what transformers.js reads, and opens again', async (t) => {
  const folder = await temporaryFolder(t);
  const network = cifarResNet(8, { seed: 1 });
  const head = headOf(64);
  await exportFolder(folder, { network, head }, { notes: { method: 'adarand' } });
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
  assert.deepEqual(config, {
    model_type: 'resnet',
    image_size: 32,
    num_channels: 3,
    num_labels: 5,
    id2label: { 0: 'ash', 1: 'birch', 2: 'cedar', 3: 'elm', 4: 'fir' },
    label2id: { ash: 0, birch: 1, cedar: 2, elm: 3, fir: 4 },
    adarand: {
      method: 'adarand',
      architecture: 'cifar_resnet',
      network: 'resnet8-cifar',
      network_image_size: 32,
      feature_size: 64,
    },
    'transformers.js_config': { dtype: 'fp32' },
  });
  const opened = await openModel(folder);
  assert.equal(opened.modelType, 'cifar_resnet');
  assert.deepEqual(opened.pretrainedHead?.classes, head.classes);
  assert.deepEqual(opened.preprocessing, network.preprocessing);
  const images = uniform(9, [2, 3, 32, 32]);
  const expected = await classify({ ...network, pretrainedHead: head }, images);
  assert.ok(difference((await classify(opened, images)).logits, expected.logits) < 1e-5);
});

for (const batch of ['batch', 1])
  test(`a class token of a file for ${batch} images is trained, and exported for any number`, async () => {
    const bytes = classTokenFile(batch);
    const imported = importOnnx(bytes, { name: 'vit.onnx' });
    assert.deepEqual([...imported.parameters.keys()].sort(), ['patch.w', 'positions', 'token']);
    const head = imported.pretrainedHead;
    assert.ok(head !== undefined);
    const exported = exportOnnx({ network: imported, head });
    for (const count of [1, 3]) {
      const images = uniform(9, [count, 3, 8, 8]);
      const { logits } = await runFile(exported, images, 8, 5);
      const original = zeros('float32', [count, 5]);
      const session = await nodeDriver.createSession(classTokenFile('batch'), { device: 'cpu', threads: 1 });
      await session.run(new Map([['x', images]]), new Map([['logits', original]]));
      await session.release();
      assert.ok(difference(logits, original.data) < 1e-5);
    }
  });

test('what depends on the batch other than by reshaping or repeating a row is refused', () => {
  const refuses = (shapeOf: (batch: number) => Shape, build: (images: Value) => Value, message: RegExp) => {
    const imagesOf = (batch: number) => input('x', { dtype: 'float32', shape: shapeOf(batch) });
    assert.throws(() => freeBatch(imagesOf, (images) => [build(images)]), {
      name: 'AdarandError',
      code: 'export.fixed-batch',
      message,
    });
  };
  const count = ({ shape }: Value) => at(shape, 0);
  const row = input('row', { dtype: 'float32', shape: [1, 2] });
  refuses(
    (n) => [n, 2],
    (x) => concat([x, zerosOf([count(x), 2])], 1),
    /Concat/,
  );
  refuses(
    (n) => [n, 2],
    (x) => matmul(expand(row, [2 * count(x), 2]), transpose(x, [1, 0])),
    /Expand/,
  );
  refuses(
    (n) => [n, n, 2],
    (x) => reshape(x, [count(x), 2, count(x)]),
    /Reshape/,
  );
});

const zerosOf = (shape: Shape) => constant(zeros('float32', shape));

/** Every tensor moved a little, as training would; variances stay positive. */
function disturbed(network: Network): Map<string, Tensor<'float32'>> {
  const all = [...[...network.parameters].map(([name, p]) => [name, p.tensor] as const), ...network.buffers];
  return new Map(
    all.map(([name, tensor], i) => {
      const noise = uniform(100 + i, tensor.shape).data;
      return [name, { ...tensor, data: tensor.data.map((value, k) => value + 0.1 * at(noise, k)) }];
    }),
  );
}

function withTensors(network: Network, tensors: ReadonlyMap<string, Tensor<'float32'>>): Network {
  return {
    ...network,
    parameters: new Map(
      [...network.parameters].map(([name, p]) => [name, { ...p, tensor: tensors.get(name) ?? p.tensor }]),
    ),
    buffers: new Map([...network.buffers].map(([name, tensor]) => [name, tensors.get(name) ?? tensor])),
  };
}

async function runFile(bytes: Uint8Array, images: Tensor<'float32'>, featureSize: number, classes: number) {
  const batch = at(images.shape, 0);
  const session = await nodeDriver.createSession(bytes, { device: 'cpu', threads: 1 });
  assert.deepEqual(session.inputNames, ['pixel_values']);
  assert.deepEqual(session.outputNames, ['logits', 'features']);
  const logits = zeros('float32', [batch, classes]);
  const features = zeros('float32', [batch, featureSize]);
  await session.run(
    new Map([['pixel_values', images]]),
    new Map([
      ['logits', logits],
      ['features', features],
    ]),
  );
  await session.release();
  return { logits: floats(logits), features: floats(features) };
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'adarand-export-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('what is repeated for each image, in any axis, and what is repeated beside them, is so for any batch', async () => {
  const inner = tabular([4, 8]);
  const network: Network = {
    ...inner,
    features(images, scope) {
      const n = at(images.shape, 0);
      const rows = reshape(images, [n, 48]);
      const beside = reshape(expand(reshape(rows, [n, 1, 48]), [n, 2, 48]), [n, 96]);
      const table = expand(reshape(scope.parameter('table'), [4, 1, 8]), [4, n, 8]);
      const perImage = reshape(transpose(table, [1, 0, 2]), [n, 32]);
      return concat([beside, perImage], 1);
    },
  };
  const head = headOf(128);
  const bytes = exportOnnx({ network, head });
  const images = uniform(9, [3, 3, 4, 4]);
  const expected = await classify({ ...network, pretrainedHead: head }, images);
  const actual = await runFile(bytes, images, 128, 5);
  assert.deepEqual(actual.features, expected.features);
});

test('constants of an exported file are no weights of it', () => {
  const inner = tabular([48, 48]);
  const network: Network = {
    ...inner,
    featureSize: 48,
    features(images, scope) {
      const rows = reshape(images, [at(images.shape, 0), 48]);
      return matmul(matmul(rows, scope.parameter('table')), constant(uniform(4, [48, 48])));
    },
  };
  const read = importOnnx(exportOnnx({ network, head: headOf(48) }), { name: 'model.onnx' });
  assert.deepEqual([...read.parameters.keys()], ['table']);
});

/** A network of one parameter, for images of 4 x 4. */
function tabular(shape: Shape): Network {
  const preprocessing = { imageSize: 4, resizeSize: 4, mean: [0, 0, 0], std: [1, 1, 1] } as const;
  return {
    name: 'tabular',
    modelType: 'tabular',
    featureSize: 128,
    preprocessing,
    parameters: new Map([['table', { kind: 'weight', tensor: uniform(3, shape) }]]),
    groups: [{ name: 'table', parameters: ['table'] }],
    buffers: new Map(),
    pretrainedHead: undefined,
    features: (images) => images,
  };
}
