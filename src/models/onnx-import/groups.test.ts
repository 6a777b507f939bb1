import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifierFile } from '../../../test/helpers/classifier-file.js';
import { uniform } from '../../../test/helpers/lcg.js';
import { type OnnxFileNode, onnxFile } from '../../../test/helpers/onnx-fixtures.js';
import { float32, type Shape } from '../../graph/tensor.js';
import type { Network, ParameterGroup } from '../../nn/network.js';
import { type BackboneName, backboneNamed } from '../../nn/registry.js';
import { exportOnnx } from '../export/onnx.js';
import { importOnnx } from '../onnx-import.js';

/** A network's own file, opened as that of a stranger. */
function exported(name: BackboneName): { own: Network; imported: Network } {
  const own = backboneNamed(name, { seed: 1 });
  const weight = uniform(3, [3, own.featureSize]);
  const head = { weight, bias: float32([3], [0, 0, 0]), classes: ['a', 'b', 'c'] };
  return { own, imported: importOnnx(exportOnnx({ network: own, head }), { name: 'model.onnx' }) };
}

const listed = (groups: readonly ParameterGroup[]) => groups.map(({ parameters }) => [...parameters].sort());

for (const name of ['resnet18', 'vit-tiny-16', 'resnet20-cifar'] as const)
  test(`the groups of an imported ${name} are those of the one that is built here`, () => {
    const { own, imported } = exported(name);
    assert.deepEqual(listed(imported.groups), listed(own.groups));
    assert.deepEqual(
      imported.groups.slice(1).map((group) => group.name),
      own.groups.slice(1).map((group) => group.name),
    );
  });

test('blocks without a shortcut, and what stands between blocks, are groups by their layers', () => {
  const mobile = exported('mobilenet-v2').imported.groups.map(({ name }) => name);
  assert.deepEqual(mobile.slice(0, 7), [
    'features.0.0',
    'features.1.conv.0.0',
    'features.1.conv.1',
    'features.2.conv.0.0',
    'features.2.conv.1.0',
    'features.2.conv.2',
    'features.3.conv',
  ]);
  const convNeXt = exported('convnextv2_atto').imported.groups;
  assert.equal(convNeXt.length, 13 + 3);
  assert.deepEqual(convNeXt[3], {
    name: 'stages.1.downsample.1',
    parameters: ['stages.1.downsample.1.weight', 'stages.1.downsample.1.bias'],
  });
});

test('a normalisation belongs to the weight before it', () => {
  const { groups } = importOnnx(classifierFile(), { name: 'model.onnx' });
  assert.deepEqual(groups, [
    { name: 'conv', parameters: ['conv.w', 'conv.b', 'bn.s', 'bn.b'] },
    { name: 'hidden', parameters: ['hidden.w', 'hidden.b'] },
  ]);
});

const convolve = (x: string, weight: string, y: string): OnnxFileNode => {
  return { type: 'Conv', inputs: [x, weight], outputs: [y], attributes: { pads: [1, 1, 1, 1] } };
};

function groupsOf(nodes: readonly OnnxFileNode[], last: string, weights: Readonly<Record<string, Shape>>) {
  const initializers = Object.entries(weights).map(([name, shape], i) => [name, uniform(i, shape)] as const);
  const bytes = onnxFile({
    nodes: [
      ...nodes,
      { type: 'GlobalAveragePool', inputs: [last], outputs: ['pooled'] },
      { type: 'Flatten', inputs: ['pooled'], outputs: ['f'] },
      { type: 'Gemm', inputs: ['f', 'head'], outputs: ['logits'] },
    ],
    initializers: Object.fromEntries(initializers),
    inputs: { x: ['batch', 3, 8, 8] },
    outputs: ['logits'],
  });
  return importOnnx(bytes, { name: 'model.onnx' }).groups;
}

test('branches that meet again, and layers that all later ones see, are one group', () => {
  const nodes = [
    convolve('x', 'stem', 'a'),
    convolve('a', 'left', 'b'),
    convolve('a', 'right', 'c'),
    { type: 'Concat', inputs: ['b', 'c'], outputs: ['d'], attributes: { axis: 1 } },
    convolve('d', 'dense1', 'e'),
    { type: 'Concat', inputs: ['d', 'e'], outputs: ['g'], attributes: { axis: 1 } },
    convolve('g', 'dense2', 'h'),
    { type: 'Concat', inputs: ['d', 'e', 'h'], outputs: ['i'], attributes: { axis: 1 } },
  ];
  const square = [2, 2, 3, 3];
  const weights = { stem: [2, 3, 3, 3], left: square, right: square, dense1: [2, 4, 3, 3] };
  const groups = groupsOf(nodes, 'i', { ...weights, dense2: [2, 6, 3, 3], head: [8, 3] });
  assert.deepEqual(
    groups.map(({ parameters }) => parameters),
    [['stem'], ['left', 'right'], ['dense1', 'dense2']],
  );
});

test('a weight that two layers share belongs to the first of them', () => {
  const nodes = [
    convolve('x', 'first', 'a'),
    convolve('a', 'shared', 'b'),
    convolve('b', 'other', 'c'),
    convolve('c', 'shared', 'd'),
  ];
  const square = [2, 2, 3, 3];
  const groups = groupsOf(nodes, 'd', { first: [2, 3, 3, 3], shared: square, other: square, head: [2, 3] });
  assert.deepEqual(
    groups.map(({ name }) => name),
    ['first', 'shared', 'other'],
  );
});
