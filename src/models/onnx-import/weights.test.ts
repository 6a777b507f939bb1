import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorOf } from '../../../test/helpers/lcg.js';
import { int64Tensor, type OnnxFileNode, onnxFile } from '../../../test/helpers/onnx-fixtures.js';
import { operatorCases } from '../../../test/helpers/onnx-operator-cases.js';
import { at } from '../../errors.js';
import { float32, type Shape, sizeOf, type Tensor } from '../../graph/tensor.js';
import type { Builder, WeightRole } from './builder.js';
import { builders } from './builders.js';
import { decodeOnnx } from './decode.js';
import { nodesFor } from './order.js';
import { weightRoles } from './weights.js';

const random = (shape: Shape) => tensorOf({ shape, seed: 1, scale: 1, offset: 0 });

/** Roles of the inputs, in order, of every operator that has any: `undefined` for what stays a constant. */
const expected: Readonly<Record<string, readonly (string | undefined)[]>> = {
  Conv: [undefined, 'weight', 'bias'],
  ConvTranspose: [undefined, 'weight', 'bias'],
  Gemm: ['weight', 'weight', 'bias'],
  MatMul: ['weight', 'weight'],
  FusedMatMul: ['weight', 'weight'],
  Einsum: ['weight', 'weight'],
  BatchNormalization: [undefined, 'norm', 'norm', 'buffer', 'buffer'],
  LayerNormalization: [undefined, 'norm', 'norm'],
  InstanceNormalization: [undefined, 'norm', 'norm'],
  GroupNormalization: [undefined, 'norm', 'norm'],
  PRelu: [undefined, 'norm'],
  Add: ['bias', 'bias'],
  Sub: ['bias', 'bias'],
  Mul: ['norm', 'norm'],
  Div: ['norm', 'norm'],
  Concat: ['norm', 'norm'],
};

for (const [type, roles] of Object.entries(expected))
  test(`${type}: stored inputs are ${roles.map((role) => role ?? 'constant').join(', ')}`, () => {
    const found = roles.map((_, place) => roleAt(type, place, roles.length, random([4, 4])));
    assert.deepEqual(found, roles);
  });

/** Operators that could take a stored vector and make no weight of it. */
const constantsOnly = new Set([
  ...['Equal', 'Greater', 'Less', 'Where'], // decisions, without a gradient
  ...['Max', 'Mean', 'Min', 'Sum'], // bounds; and Sum adds branches, not biases
  'ScatterND', // what is written into scores
  ...['Resize', 'Upsample'], // scales of a map's sides
]);

for (const [type, { stored }] of Object.entries<Builder>(builders))
  test(`${type}: whatever a file can store in its inputs has a role, or has none on purpose`, () => {
    const places = [0, ...placesOf(type)];
    for (const place of places) {
      const file = fileOf([nodeOf(type, place, Math.max(...places) + 1)], random([4, 4]));
      if (rolesIn(file).has('stored')) continue;
      switch (stored.kind) {
        case 'layer':
          assert.equal(stored.roles(at(file.nodes, file.nodes.length - 1), file.model)[place], 'none');
          break;
        case 'arithmetic':
          assert.fail(`input ${place}`);
          break;
        case 'power':
        case 'constants':
          break;
        case 'none':
          assert.ok(place === 0 || constantsOnly.has(type), `input ${place}`);
      }
    }
  });

test('one number is a weight of a layer, but not of arithmetic', () => {
  assert.equal(roleAt('Conv', 2, 3, random([1])), 'bias');
  assert.equal(roleAt('Mul', 1, 2, random([1])), undefined);
});

test('and one that is called as the attribute of a module is, where it meets what a layer made', () => {
  const found = (name: string, node: OnnxFileNode) => rolesIn(fileOf([node], random([]), name)).get(name);
  const gain = (name: string, other = 'learned') =>
    found(name, { type: 'Mul', inputs: [name, other], outputs: ['y'] });
  assert.equal(gain('stages.1.alpha'), 'norm');
  assert.equal(gain('stages.1.alpha', 'image'), undefined);
  for (const name of ['alpha', 'val_3', 'onnx::Mul_7', '/act/Constant_output_0', 'model/mul/y:0'])
    assert.equal(gain(name), undefined, name);
  assert.equal(found('act.bias', { type: 'Add', inputs: ['learned', 'act.bias'], outputs: ['y'] }), 'bias');
});

test('an exponent is one where what it raises is above 0', () => {
  const power = (nodes: readonly OnnxFileNode[]) =>
    rolesIn(
      fileOf(
        [...nodes, { type: 'Pow', inputs: ['base', 'pool.p'], outputs: ['y'] }],
        float32([1], [3]),
        'pool.p',
      ),
    ).get('pool.p');
  const clip = (limit: string) => ({ type: 'Clip', inputs: ['learned', limit], outputs: ['above'] });
  const mean = { type: 'ReduceMean', inputs: ['above'], outputs: ['base'] };
  assert.equal(power([clip('small'), mean]), 'norm');
  assert.equal(power([clip('nothing'), mean]), undefined);
  assert.equal(power([{ type: 'Identity', inputs: ['learned'], outputs: ['base'] }]), undefined);
  assert.equal(power([{ type: 'Exp', inputs: ['learned'], outputs: ['base'] }]), 'norm');
});

test('a stored operand of arithmetic that meets the image itself is a constant', () => {
  const file = fileOf([{ type: 'Sub', inputs: ['image', 'stored'], outputs: ['y'] }], random([3, 1, 1]));
  assert.equal(rolesIn(file).get('stored'), undefined);
});

test('a vector in the place of a matrix belongs to a normalisation', () => {
  assert.equal(roleAt('MatMul', 1, 2, random([4])), 'norm');
});

test('what reaches a layer through other operators is a weight', () => {
  const file = fileOf(
    [
      { type: 'Transpose', inputs: ['stored'], outputs: ['turned'] },
      { type: 'Concat', inputs: ['turned', 'turned'], outputs: ['twice'] },
      { type: 'MatMul', inputs: ['learned', 'twice'], outputs: ['y'] },
    ],
    random([4, 4]),
  );
  assert.equal(rolesIn(file).get('stored'), 'weight');
});

test('a scale of ones is a constant of a LayerNormalization without offset, and a weight of one with it', () => {
  const ones = float32([4], [1, 1, 1, 1]);
  assert.equal(roleAt('LayerNormalization', 1, 2, ones), undefined);
  assert.equal(roleAt('LayerNormalization', 1, 3, ones), 'norm');
});

/** `y` is the softmax of scores, of a layer, and of what the nodes make of `stored` as `mask`. */
const masked = (nodes: readonly OnnxFileNode[], stored: Tensor) =>
  rolesIn(
    fileOf(
      [
        ...nodes,
        { type: 'Add', inputs: ['learned', 'mask'], outputs: ['scores'] },
        { type: 'Softmax', inputs: ['scores'], outputs: ['y'] },
      ],
      stored,
    ),
  ).get('stored');
const relayed = [{ type: 'Unsqueeze', inputs: ['stored', 'zero'], outputs: ['mask'] }];
const rows = (...data: number[]) => float32([2, 2], data);

test('a mask of attention is a constant, a bias of it a weight', () => {
  assert.equal(masked(relayed, rows(0, -100, 0, 0)), undefined);
  assert.equal(masked(relayed, rows(0, Number.NEGATIVE_INFINITY, 0, 0)), undefined);
  assert.equal(masked(relayed, rows(0, 0, 0, 0)), undefined);
  assert.equal(masked(relayed, rows(0, -1, 0, 0)), 'bias');
  assert.equal(masked(relayed, rows(0, -100, 0.5, 0)), 'bias');
});

test('what is compared with something is a constant', () => {
  const bias = { type: 'Sub', inputs: ['stored', 'turned'], outputs: ['difference'] };
  const turned = { type: 'Transpose', inputs: ['stored'], outputs: ['turned'] };
  const regions = [
    turned,
    bias,
    { type: 'Equal', inputs: ['difference', 'nothing'], outputs: ['same'] },
    { type: 'Where', inputs: ['same', 'difference', 'low'], outputs: ['mask'] },
  ];
  assert.equal(masked(regions, rows(0, 1, 2, 3)), undefined);
  assert.equal(masked([turned, { ...bias, outputs: ['mask'] }], rows(0, 1, 2, 3)), 'bias');
});

test('what is made into a position by an operator without a gradient is a constant', () => {
  const positions = [{ type: 'Sin', inputs: ['stored'], outputs: ['mask'] }];
  assert.equal(masked(positions, rows(0, 1, 2, 3)), undefined);
});

/** Inputs after the first where the operator's cases have a float tensor of several elements. */
function placesOf(type: string): number[] {
  const places = operatorCases
    .filter((one) => one.type === type)
    .flatMap(({ rest = [] }) =>
      rest.flatMap((tensor, i) => (tensor?.dtype === 'float32' && sizeOf(tensor.shape) > 1 ? [i + 1] : [])),
    );
  // These have no case: they are tested where shapes are computed.
  const more = type === 'Where' ? [1, 2] : ['Equal', 'Greater', 'Less'].includes(type) ? [1] : [];
  return [...new Set([...places, ...more])];
}

/** The role of `tensor` as input `place` of `count`, the others coming out of a layer. */
function roleAt(type: string, place: number, count: number, tensor: Tensor): WeightRole | undefined {
  return rolesIn(fileOf([nodeOf(type, place, count)], tensor)).get('stored');
}

function nodeOf(type: string, place: number, count: number): OnnxFileNode {
  const inputs = Array.from({ length: count }, (_, i) => (i === place ? 'stored' : 'learned'));
  return { type, inputs, outputs: ['y'], domain: type === 'FusedMatMul' ? 'com.microsoft' : '' };
}

/** A file in which `nodes` make `y` of `image`, of `learned`, which comes out of a layer, and of the stored tensor. */
function fileOf(nodes: readonly OnnxFileNode[], stored: Tensor, name = 'stored') {
  const bytes = onnxFile({
    nodes: [{ type: 'Conv', inputs: ['image', 'kernel'], outputs: ['learned'] }, ...nodes],
    initializers: {
      kernel: random([4, 3, 1, 1]),
      [name]: stored,
      small: float32([], [1e-6]),
      zero: int64Tensor([0]),
      nothing: float32([], [0]),
      low: float32([], [-100]),
    },
    inputs: { image: [1, 3, 4, 4] },
    outputs: ['y'],
  });
  const model = decodeOnnx(bytes, 'test.onnx');
  return { model, nodes: nodesFor('y', model) };
}

function rolesIn({ model, nodes }: ReturnType<typeof fileOf>): ReadonlyMap<string, WeightRole> {
  return weightRoles(model, nodes);
}
