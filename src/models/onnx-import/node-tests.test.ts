import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { z } from 'zod';
import { readGolden } from '../../../test/helpers/golden.js';
import { onnxFile } from '../../../test/helpers/onnx-fixtures.js';
import { runNodeTest } from '../../../test/helpers/onnx-node-test.js';
import { TensorProtoSchema } from '../../graph/onnx/onnx_pb.js';
import { builders } from './builders.js';

/** Some of the ONNX project's own tests, chosen by `tools/models/onnx-node-tests.ts`, and what becomes of each. */
const tests = readGolden(
  'onnx-node-tests',
  z.record(
    z.string(),
    z.object({
      result: z.string(),
      model: z.base64(),
      inputs: z.array(z.base64()),
      outputs: z.array(z.base64()),
    }),
  ),
);
const bytes = (text: string) => Buffer.from(text, 'base64');

test("the ONNX project's tests of operators give their values, or are refused", () => {
  const seen = new Set<string>();
  for (const [name, { result, model, inputs, outputs }] of Object.entries(tests)) {
    const found = runNodeTest({
      model: bytes(model),
      inputs: inputs.map(bytes),
      outputs: outputs.map(bytes),
    });
    seen.add(found.operator);
    assert.ok(found.result.startsWith(result), `${name}: ${found.result}, not ${result}`);
  }
  assert.ok(seen.size > 80);
  assert.deepEqual(
    [...seen].filter((operator) => !Object.hasOwn(builders, operator)),
    [],
  );
});

test('a node with an attribute that its operator has not here is refused', () => {
  const numbers = toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, { dataType: 1, dims: [2n], floatData: [-1, 2] }),
  );
  const expected = toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, { dataType: 1, dims: [2n], floatData: [0, 2] }),
  );
  const run = (attributes: Readonly<Record<string, number>>) =>
    runNodeTest({
      model: onnxFile({
        nodes: [{ type: 'Relu', inputs: ['x'], outputs: ['y'], attributes }],
        inputs: { x: [2] },
        outputs: ['y'],
      }),
      inputs: [numbers],
      outputs: [expected],
    }).result;
  assert.equal(run({}), 'passed');
  assert.match(run({ slope: 1 }), /^refused model\.unsupported-operator .* has the attribute slope$/);
});
