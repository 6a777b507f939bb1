import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, equals, fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { ModelProtoSchema } from './onnx_pb.js';
import { joined, serialize } from './serialize.js';

const tensor = fc.record({
  name: fc.string(),
  dims: fc.array(fc.bigInt({ min: 0n, max: 1n << 40n }), { maxLength: 3 }),
  rawData: fc.uint8Array({ maxLength: 300 }),
});
const model = fc.record({
  producerName: fc.string(),
  irVersion: fc.bigInt({ min: 0n, max: 100n }),
  graph: fc.option(fc.record({ name: fc.string(), initializer: fc.array(tensor, { maxLength: 4 }) }), {
    nil: undefined,
  }),
});

test('a model in pieces is read as the same model', () => {
  fc.assert(
    fc.property(model, (fields) => {
      const { graph, ...others } = fields;
      const message = create(ModelProtoSchema, graph === undefined ? others : { ...others, graph });
      assert.ok(equals(ModelProtoSchema, fromBinary(ModelProtoSchema, joined(serialize(message))), message));
    }),
  );
});

test('weights are not copied', () => {
  const rawData = new Uint8Array(1000);
  const pieces = serialize(create(ModelProtoSchema, { graph: { initializer: [{ name: 'w', rawData }] } }));
  assert.ok(pieces.some((piece) => piece.buffer === rawData.buffer));
});
