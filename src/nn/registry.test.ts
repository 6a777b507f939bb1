import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeOf, type Tensor } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import type { Network } from './network.js';
import { type BackboneName, backboneFamilies, backboneNamed } from './registry.js';
import { recordingScope } from './scope.js';

/** Parameters without the classifier: torchvision's and timm's counts less 1000 (d + 1); CIFAR: less 10 (64 + 1). */
const parameterCounts: Readonly<Record<BackboneName, number>> = {
  'resnet20-cifar': 269_722 - 650,
  'resnet56-cifar': 853_018 - 650,
  resnet18: 11_689_512 - 513_000,
  resnet34: 21_797_672 - 513_000,
  resnet50: 25_557_032 - 2_049_000,
  'mobilenet-v2': 3_504_872 - 1_281_000,
  convnext_tiny: 28_589_128 - 769_000,
  convnextv2_atto: 3_708_400 - 321_000,
  'vit-tiny-16': 5_717_416 - 193_000,
  'vit-small-16': 22_050_664 - 385_000,
};

const sizes = backboneFamilies.flatMap((family) =>
  Object.entries(family.sizes).map(([name, build]) => ({ name, build, family })),
);

test('no two families have a size of one name', () => {
  const names = sizes.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

for (const { name, build, family } of sizes) {
  test(`${name} has its published size, uses every tensor, and gives features and feature maps`, () => {
    const network = build({ seed: 1 });
    assert.equal(network.name, name);
    const count = [...network.parameters.values()].reduce((n, { tensor }) => n + sizeOf(tensor.shape), 0);
    assert.equal(count, new Map<string, number>(Object.entries(parameterCounts)).get(name));

    const { imageSize } = network.preprocessing;
    const images = input('images', { dtype: 'float32', shape: [2, 3, imageSize, imageSize] });
    const scope = recordingScope(network, { training: true });
    assert.deepEqual(network.features(images, scope).shape, [2, network.featureSize]);
    assert.deepEqual(new Set(scope.parameters.keys()), new Set(network.parameters.keys()));
    assert.deepEqual(
      network.groups.flatMap(({ parameters }) => parameters),
      [...network.parameters.keys()],
    );
    assert.deepEqual(new Set(scope.bufferUpdates.keys()), new Set(network.buffers.keys()));
    const stages = [...scope.featureMaps.keys()];
    assert.ok(stages.length >= 3);
    assert.deepEqual(
      stages,
      stages.map((_, i) => `stage${i + 1}`),
    );
  });

  test(`${name} is recognised by its own family alone, as itself`, () => {
    const network = build({ seed: 1 });
    const tensors = tensorsOf(network);
    const recognised = backboneFamilies.filter((other) => other.recognise(tensors, undefined) !== undefined);
    assert.deepEqual(recognised, [family]);
    const again = family.recognise(tensors, undefined)?.({ tensors });
    assert.ok(again !== undefined);
    assert.equal(again.featureSize, network.featureSize);
    assert.deepEqual([...again.parameters.keys()], [...network.parameters.keys()]);
    assert.deepEqual([...again.buffers.keys()], [...network.buffers.keys()]);
  });
}

test('a seed decides every weight, and another seed changes them', () => {
  const weight = (seed: number) =>
    backboneNamed('resnet20-cifar', { seed }).parameters.get('layer2.0.conv1.weight')?.tensor.data;
  assert.deepEqual(weight(1), weight(1));
  assert.notDeepEqual(weight(1), weight(2));
});

test('missing and misshapen tensors are named', () => {
  const tensors = tensorsOf(backboneNamed('resnet20-cifar', { seed: 1 }));
  const missing = new Map([...tensors].filter(([name]) => name !== 'layer3.1.bn2.running_var'));
  assert.throws(() => backboneNamed('resnet20-cifar', { tensors: missing }), {
    code: 'model.missing-tensor',
    message: /layer3\.1\.bn2\.running_var/,
  });
  const swapped = new Map(tensors).set('conv1.weight', {
    dtype: 'float32',
    shape: [1],
    data: new Float32Array(1),
  });
  assert.throws(() => backboneNamed('resnet20-cifar', { tensors: swapped }), {
    code: 'model.tensor-shape',
    message: /conv1\.weight as \[16,3,3,3\].*\[1\]/,
  });
});

function tensorsOf({ parameters, buffers }: Network): Map<string, Tensor<'float32'>> {
  return new Map([...buffers, ...[...parameters].map(([name, { tensor }]) => [name, tensor] as const)]);
}
