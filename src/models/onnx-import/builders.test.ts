import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniform } from '../../../test/helpers/lcg.js';
import { difference, floats, int64Tensor, onnxFile } from '../../../test/helpers/onnx-fixtures.js';
import {
  constantCases,
  defaultShape,
  type OperatorCase,
  operatorCases,
} from '../../../test/helpers/onnx-operator-cases.js';
import { at } from '../../errors.js';
import { interpret } from '../../graph/interpret.js';
import { float32, type Tensor, zeros } from '../../graph/tensor.js';
import { input } from '../../graph/value.js';
import { recordingScope } from '../../nn/scope.js';
import { nodeDriver } from '../../runtime/node.js';
import { buildPart } from './build.js';
import { builders } from './builders.js';
import { decodeOnnx } from './decode.js';

/** Each runs in ONNX Runtime from the file, and here by the imported graph in double precision. */
for (const one of operatorCases)
  test(`${one.type} ${one.opset ?? 14} ${describe(one)}: as ONNX Runtime computes it`, async () => {
    const { bytes, x } = fileOf(one);
    const names = Array.from({ length: one.outputs ?? 1 }, (_, i) => `y${i}`);
    const built = names.map((name) => buildAlone(bytes, name, x));
    const fetches = new Map(names.map((name, i) => [name, zeros(at(built, i).dtype, at(built, i).shape)]));
    const session = await nodeDriver.createSession(bytes, { device: 'cpu', threads: 1 });
    await session.run(new Map([['x', x]]), fetches);
    await session.release();
    built.forEach(({ data }, i) => {
      const expected = Array.from(at([...fetches.values()], i).data, Number);
      assert.ok(difference(data, expected) < 2e-6, `output ${i}: ${difference(data, expected)}`);
    });
  });

/** The same for what is worked out while a graph is built. */
for (const { type, opset = 14, inputs, attributes = {} } of constantCases)
  test(`${type} ${opset} of constants ${inputs.map(({ shape }) => `[${shape}]`)} ${JSON.stringify(attributes)}: as ONNX Runtime computes it`, async () => {
    const named = inputs.map((tensor, i) => [`c${i}`, tensor] as const);
    const bytes = onnxFile({
      opset,
      nodes: [{ type, inputs: named.map(([name]) => name), outputs: ['y'], attributes }],
      initializers: Object.fromEntries(named),
      inputs: { x: [1] },
      outputs: ['y'],
    });
    const x = uniform(7, [1]);
    const { dtype, shape, data } = buildAlone(bytes, 'y', x);
    const fetches = new Map([['y', zeros(dtype, shape)]]);
    const session = await nodeDriver.createSession(bytes, { device: 'cpu', threads: 1 });
    await session.run(new Map([['x', x]]), fetches);
    await session.release();
    const [expected] = [...fetches.values()];
    assert.deepEqual(expected?.shape, shape);
    assert.ok(difference(data, Array.from(expected.data, Number)) < 1e-6);
  });

test('every importable operator has a case', () => {
  const tested = new Set([...operatorCases, ...constantCases].map(({ type }) => type));
  const missing = Object.keys(builders).filter((type) => !tested.has(type));
  assert.deepEqual(missing, []);
});

test('sizes read off a shape are worked out while the graph is built', () => {
  const node = (type: string, inputs: string[], output: string, attributes = {}) => ({
    type,
    inputs,
    outputs: [output],
    attributes,
  });
  const bytes = onnxFile({
    nodes: [
      node('Shape', ['x'], 'shape'),
      node('Gather', ['shape', 'first'], 'batch'),
      node('Gather', ['shape', 'last'], 'width'),
      node('Div', ['width', 'two'], 'half'), // 5 / 2 truncates
      node('Cast', ['half'], 'float', { to: 1 }),
      node('Sqrt', ['float'], 'root'),
      node('Ceil', ['root'], 'up'),
      node('Floor', ['root'], 'down'),
      node('Log', ['one'], 'zero'),
      node('Add', ['up', 'down'], 'sum'), // sqrt(2): 2 + 1
      node('Add', ['sum', 'zero'], 'three'),
      node('Cast', ['three'], 'integer', { to: 7 }),
      node('ConstantOfShape', ['size'], 'minus', { value: int64Tensor([-1]) }),
      node('Greater', ['integer', 'two'], 'isGreater'),
      node('Less', ['integer', 'two'], 'isLess'),
      node('Equal', ['isGreater', 'isLess'], 'isEqual'), // true, false: no
      node('Where', ['isEqual', 'two', 'integer'], 'chosen'),
      node('Concat', ['batch', 'chosen', 'minus'], 'target', { axis: 0 }),
      node('Reshape', ['x', 'target'], 'y'),
    ],
    initializers: {
      first: int64Tensor([0]),
      last: int64Tensor([-1]),
      two: int64Tensor([2]),
      one: float32([1], [1]),
      size: int64Tensor([1]),
    },
    inputs: { x: ['batch', 3, 6, 5] },
    outputs: ['y'],
  });
  assert.deepEqual(buildAlone(bytes, 'y', uniform(1, defaultShape)).shape, [2, 3, 30]);
});

function describe({ attributes, rest, x = defaultShape }: OperatorCase): string {
  return `[${x}] ${rest?.map((tensor) => (tensor ? `[${tensor.shape}]` : '-')).join(' ') ?? ''} ${JSON.stringify(attributes ?? {})}`;
}

function fileOf({
  type,
  x = defaultShape,
  opset = 14,
  rest = [],
  attributes = {},
  outputs = 1,
  domain = '',
}: OperatorCase) {
  const named = rest.map((tensor, i) => [tensor === undefined ? '' : `c${i}`, tensor] as const);
  const initializers: Record<string, Tensor> = {};
  for (const [name, tensor] of named) if (tensor !== undefined) initializers[name] = tensor;
  const bytes = onnxFile({
    opset,
    nodes: [
      {
        type,
        domain,
        inputs: ['x', ...named.map(([name]) => name)],
        outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
        attributes,
      },
    ],
    initializers,
    inputs: { x },
    outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
  });
  return { bytes, x: uniform(7, x) };
}

/** The value `name` of a file whose constants stay constants. */
function buildAlone(bytes: Uint8Array, name: string, x: Tensor<'float32'>) {
  const model = decodeOnnx(bytes, 'test.onnx');
  const nodes = [...new Set(model.producers.values())];
  const scope = recordingScope(
    { name: 'test', parameters: new Map(), buffers: new Map() },
    { training: false },
  );
  const value = buildPart({ model, nodes, roles: new Map(), input: 'x', target: name }, input('x', x), scope);
  const feeds = new Map([['x', Float64Array.from(floats(x))]]);
  return { dtype: value.dtype, shape: value.shape, data: at(interpret([value], feeds), 0) };
}
