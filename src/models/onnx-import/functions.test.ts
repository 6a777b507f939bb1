import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { uniform } from '../../../test/helpers/lcg.js';
import { int64Tensor, type OnnxFileNode, onnxFile } from '../../../test/helpers/onnx-fixtures.js';
import {
  AttributeProtoSchema,
  FunctionProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
} from '../../graph/onnx/onnx_pb.js';
import { float32 } from '../../graph/tensor.js';
import { importFile } from '../onnx-import.js';
import { checkAgainstFile } from '../self-check.js';

const call = (type: string, inputs: string[], output: string): OnnxFileNode => ({
  type,
  domain: 'layers',
  inputs,
  outputs: [output],
  attributes: { slope: { float: 0.25 } },
});

const base = onnxFile({
  nodes: [
    { type: 'Conv', inputs: ['x', 'kernel'], outputs: ['maps'] },
    call('Block', ['maps', 'w1'], 'a'),
    call('Block', ['a', 'w2'], 'b'),
    { type: 'GlobalAveragePool', inputs: ['b'], outputs: ['p'] },
    { type: 'Flatten', inputs: ['p'], outputs: ['f'] },
    { type: 'Gemm', inputs: ['f', 'head'], outputs: ['y'] },
  ],
  initializers: {
    kernel: uniform(1, [4, 3, 3, 3]),
    w1: uniform(2, [4, 4, 1, 1]),
    w2: uniform(3, [4, 4, 1, 1]),
    head: uniform(4, [4, 3]),
  },
  inputs: { x: ['batch', 3, 8, 8] },
  outputs: ['y'],
});

/** A file whose `Block` is a convolution and an `Activation`, a LeakyRelu with the slope of the call. */
function withFunctions(innermost: string, domain: string, version = 13n): Uint8Array {
  const model = fromBinary(ModelProtoSchema, base);
  const opsetImport = [
    { domain: '', version },
    { domain: 'layers', version: 1n },
  ];
  model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'layers', version: 1n }));
  const slope = (name: string) => create(AttributeProtoSchema, { name, type: 1, refAttrName: 'slope' });
  model.functions = [
    create(FunctionProtoSchema, {
      name: 'Block',
      domain: 'layers',
      input: ['x', 'w'],
      output: ['y'],
      attribute: ['slope'],
      opsetImport,
      node: [
        { opType: 'Conv', input: ['x', 'w'], output: ['maps'] },
        {
          opType: 'Activation',
          domain: 'layers',
          input: ['maps'],
          output: ['y'],
          attribute: [slope('slope')],
        },
      ],
    }),
    create(FunctionProtoSchema, {
      name: 'Activation',
      domain: 'layers',
      input: ['x'],
      output: ['y'],
      attribute: ['slope'],
      opsetImport,
      node: [{ opType: innermost, domain, input: ['x'], output: ['y'], attribute: [slope('alpha')] }],
    }),
  ];
  return toBinary(ModelProtoSchema, model);
}

test('functions of a file are what they are made of, with the attributes of each call', async () => {
  const bytes = withFunctions('LeakyRelu', '');
  const imported = importFile(bytes, { name: 'model.onnx' });
  assert.deepEqual([...imported.network.parameters.keys()], ['kernel', 'w1', 'w2']);
  await checkAgainstFile(imported, { bytes }, 1);
});

test('a function that calls itself, or is of another operator set, is refused', () => {
  assert.throws(() => importFile(withFunctions('Block', 'layers'), { name: 'model.onnx' }), {
    code: 'model.damaged',
    message: 'model.onnx is damaged: its function "Activation" calls itself',
  });
  assert.throws(() => importFile(withFunctions('LeakyRelu', '', 15n), { name: 'model.onnx' }), {
    code: 'model.unsupported-operator',
    message: /its function "Block" is of operator set 15, and the file of 13/,
  });
});

test('a bias that is one number, repeated and cast like the image, is no weight', async () => {
  const bytes = onnxFile({
    opset: 18,
    nodes: [
      { type: 'Expand', inputs: ['zero', 'four'], outputs: ['zeros'] },
      { type: 'CastLike', inputs: ['zeros', 'x'], outputs: ['bias'] },
      { type: 'Conv', inputs: ['x', 'kernel', 'bias'], outputs: ['maps'] },
      { type: 'GlobalAveragePool', inputs: ['maps'], outputs: ['p'] },
      { type: 'Flatten', inputs: ['p'], outputs: ['f'] },
      { type: 'Gemm', inputs: ['f', 'head'], outputs: ['y'] },
    ],
    initializers: {
      zero: float32([], [0]),
      four: int64Tensor([4]),
      kernel: uniform(1, [4, 3, 3, 3]),
      head: uniform(4, [4, 3]),
    },
    inputs: { x: [1, 3, 8, 8] },
    outputs: ['y'],
  });
  const imported = importFile(bytes, { name: 'model.onnx' });
  assert.deepEqual([...imported.network.parameters.keys()], ['kernel']);
  await checkAgainstFile(imported, { bytes }, 1);
});
