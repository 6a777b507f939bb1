import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../../errors.js';
import { fineTuning } from '../../methods/fine-tuning.js';
import { headOnly } from '../../methods/head-only.js';
import type { Network } from '../../nn/network.js';
import { backboneNamed } from '../../nn/registry.js';
import { groupRates, rateFactors } from './group-rates.js';

const options = { train: 'all', layerDecay: 1, backboneLrScale: 1, headLrScale: 1 };
const resnet = backboneNamed('resnet18', { seed: 1 });

/** Factors by tensor. */
const factorsOf = (given: Partial<typeof options>, network: Network, method = fineTuning.bind()) => {
  const all = { ...options, ...given };
  return rateFactors(groupRates(all, method, network), all);
};

/** The exponents of timm's `param_groups_layer_decay`: its `lr_scale` is 0.75 to the power of these. */
for (const { network, exponents } of [
  {
    network: resnet,
    exponents: {
      'conv1.weight': 9,
      'bn1.bias': 9,
      'layer1.0.conv1.weight': 8,
      'layer1.1.bn2.weight': 7,
      'layer3.0.downsample.0.weight': 4,
      'layer4.0.conv1.weight': 2,
      'layer4.1.conv2.weight': 1,
    },
  },
  {
    network: backboneNamed('vit-tiny-16', { seed: 1 }),
    exponents: {
      cls_token: 13,
      pos_embed: 13,
      'patch_embed.proj.weight': 13,
      'blocks.0.attn.qkv.weight': 12,
      'blocks.5.mlp.fc1.bias': 7,
      'blocks.11.mlp.fc2.weight': 1,
      'norm.weight': 1,
    },
  },
  {
    network: backboneNamed('convnextv2_atto', { seed: 1 }),
    exponents: {
      'stem.0.weight': 13,
      'stages.1.downsample.1.weight': 10,
      'stages.1.blocks.0.mlp.fc1.weight': 10,
      'stages.3.blocks.1.mlp.fc2.weight': 1,
    },
  },
])
  test(`the layer decay of ${network.name} is timm's`, () => {
    const { backbone, head } = factorsOf({ layerDecay: 0.75 }, network);
    assert.equal(head, 1);
    assert.deepEqual([...backbone.keys()], [...network.parameters.keys()]);
    for (const [name, exponent] of Object.entries(exponents))
      assert.equal(backbone.get(name), 0.75 ** exponent, name);
  });

test('the factors of the backbone and of the head multiply the decay, and each stands alone', () => {
  const factors = factorsOf({ layerDecay: 0.5, backboneLrScale: 0.1, headLrScale: 10 }, resnet);
  assert.equal(factors.backbone.get('layer4.1.conv1.weight'), 0.1 * 0.5);
  assert.equal(factors.pretrainedHead, 0.1);
  assert.equal(factors.head, 10);
  assert.deepEqual(new Set(factorsOf({ backboneLrScale: 0.3 }, resnet).backbone.values()), new Set([0.3]));
});

test('last:N trains the last N groups, whose rates stay what they are', () => {
  const { backbone, pretrainedHead } = factorsOf({ train: 'last:2', layerDecay: 0.5 }, resnet);
  assert.deepEqual(
    [...backbone.keys()],
    [...resnet.parameters.keys()].filter((name) => name.startsWith('layer4.')),
  );
  assert.equal(backbone.get('layer4.0.bn1.weight'), 0.25);
  assert.equal(pretrainedHead, 1);
  assert.deepEqual(factorsOf({ train: 'last:9' }, resnet), factorsOf({}, resnet));
  assert.equal(at(groupRates({ ...options, train: 'last:2' }, fineTuning.bind(), resnet), 8).size, 4_720_640);
});

test('nothing pretrained moves where the head alone is trained', () => {
  const alone = { backbone: new Map(), pretrainedHead: undefined, head: 3 };
  assert.deepEqual(factorsOf({ train: 'head', headLrScale: 3 }, resnet), alone);
  assert.deepEqual(factorsOf({ headLrScale: 3 }, resnet, headOnly.bind()), alone);
});

for (const [train, message] of [
  ['last:0', 'names no group'],
  ['last:10', 'names more groups than resnet18 has, 9'],
  ['last:', 'does not say how many groups'],
  ['last:two', 'does not say how many groups'],
  ['last:1.5', 'does not say how many groups'],
  ['last:-1', 'does not say how many groups'],
] as const)
  test(`--train ${train} is refused with the groups`, () =>
    assert.throws(() => factorsOf({ train }, resnet), {
      code: 'config.train',
      message: `--train ${train} ${message}`,
      hint:
        'Choose last:1 to last:9, or head. The groups of resnet18, from the images on: ' +
        'stem, layer1.0, layer1.1, layer2.0, layer2.1, layer3.0, layer3.1, layer4.0, layer4.1.',
    }));
