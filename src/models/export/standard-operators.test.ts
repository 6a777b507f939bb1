import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { backboneReferenceSchema } from '../../../test/helpers/backbone-reference.js';
import { goldenFolder, readGolden } from '../../../test/helpers/golden.js';
import { tensorOf } from '../../../test/helpers/lcg.js';
import { classify, difference } from '../../../test/helpers/onnx-fixtures.js';
import { ModelProtoSchema } from '../../graph/onnx/onnx_pb.js';
import { zeros } from '../../graph/tensor.js';
import { input, topologicalOrder } from '../../graph/value.js';
import { cifarResNet } from '../../nn/cifar-resnet.js';
import { mobileNetV2 } from '../../nn/mobilenet-v2.js';
import type { Network } from '../../nn/network.js';
import { recordingScope } from '../../nn/scope.js';
import { parseConfig } from '../config.js';
import { networkOf } from '../detect.js';
import { importOnnx } from '../onnx-import.js';
import { exportOnnx } from './onnx.js';

const goldens = readdirSync(goldenFolder()).flatMap((file) => /^(backbone-.*)[.]json$/.exec(file)?.[1] ?? []);

/** For images of its golden file's size, which is small. */
function networkNamed(name: string): Network {
  const { tensors = [], config, images } = readGolden(name, backboneReferenceSchema);
  const imageSize = images.shape[2] ?? 0;
  const parsed = config === null ? undefined : parseConfig(JSON.stringify(config), 'config.json');
  const file = new Map(tensors.map((recipe) => [recipe.name, tensorOf(recipe)]));
  const network = networkOf(file, name, { config: parsed?.architecture, imageSize });
  return { ...network, preprocessing: { ...network.preprocessing, imageSize } };
}

const networks: Readonly<Record<string, () => Network>> = {
  'a CIFAR ResNet': () => cifarResNet(8, { seed: 1 }),
  MobileNetV2: () => mobileNetV2({ seed: 1 }),
  ...Object.fromEntries(goldens.map((name) => [name, () => networkNamed(name)])),
};

const headOf = ({ featureSize }: Network) => ({
  weight: zeros('float32', [2, featureSize]),
  bias: zeros('float32', [2]),
  classes: ['a', 'b'],
});

for (const [name, build] of Object.entries(networks))
  test(`${name}: an exported file has operators of ONNX itself, and nothing else`, () => {
    const network = build();
    for (const halve of [false, true]) {
      const bytes = exportOnnx({ network, head: headOf(network) }, { halve });
      const { opsetImport, graph } = fromBinary(ModelProtoSchema, bytes);
      assert.deepEqual(
        opsetImport.map(({ domain, version }) => [domain, version]),
        [['', 18n]],
      );
      assert.deepEqual([...new Set(graph?.node.map(({ domain }) => domain))], ['']);
    }
  });

/** How many GELUs a network computes, and how many error functions. */
function activationsOf(network: Network): [gelus: number, erfs: number] {
  const side = network.preprocessing.imageSize;
  const images = input('images', { dtype: 'float32', shape: [1, 3, side, side] });
  const features = network.features(images, recordingScope(network, { training: false }));
  const names = topologicalOrder([features]).map(({ operator }) => operator.name);
  const count = (wanted: string) => names.filter((each) => each === wanted).length;
  return [count('Gelu'), count('Erf')];
}

test('GELU is one operator again in a file of ours, and in no other', async () => {
  const network = networkNamed('backbone-vit-transformers');
  const { preprocessing } = network;
  const head = headOf(network);
  const bytes = exportOnnx({ network, head });
  const opened = importOnnx(bytes, { name: 'ours', preprocessing });
  assert.deepEqual(activationsOf(network), [2, 0]);
  assert.deepEqual(activationsOf(opened), [2, 0]);
  const images = tensorOf({ shape: [2, 3, 32, 32], seed: 5, scale: 1, offset: 0 });
  const expected = await classify({ ...network, pretrainedHead: head }, images);
  const actual = await classify(opened, images);
  assert.ok(difference(actual.features, expected.features) < 1e-6);

  const marker = Buffer.from('adarand');
  const others = Uint8Array.from(bytes);
  others.set(Buffer.from('pytorch'), Buffer.from(bytes).indexOf(marker));
  assert.deepEqual(activationsOf(importOnnx(others, { name: 'others', preprocessing })), [0, 2]);
});
