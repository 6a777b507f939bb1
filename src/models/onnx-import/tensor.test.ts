import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { TensorProtoSchema } from '../../graph/onnx/onnx_pb.js';
import { decodeTensor } from './tensor.js';

interface Fields {
  dataType: number;
  dims?: bigint[];
  floatData?: number[];
  doubleData?: number[];
  int32Data?: number[];
  int64Data?: bigint[];
  rawData?: Uint8Array;
  dataLocation?: number;
}

const dims = [2n];
const bytes = (...values: number[]) => Uint8Array.from(values);

const stored: Readonly<Record<string, readonly [Fields, readonly number[]]>> = {
  'float32 in float_data': [{ dataType: 1, floatData: [1.5, -2] }, [1.5, -2]],
  'float32 in raw_data': [{ dataType: 1, rawData: bytes(0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0) }, [1.5, -2]],
  'float64 in double_data': [{ dataType: 11, doubleData: [0.25, 3] }, [0.25, 3]],
  'float16 as bits in int32_data': [{ dataType: 10, int32Data: [0x3e00, 0xc000] }, [1.5, -2]],
  'float16 in raw_data': [{ dataType: 10, rawData: bytes(0x00, 0x3e, 0x00, 0xc0) }, [1.5, -2]],
  'bfloat16 in raw_data': [{ dataType: 16, rawData: bytes(0xc0, 0x3f, 0x00, 0xc0) }, [1.5, -2]],
  'int64 in int64_data': [{ dataType: 7, int64Data: [7n, -1n] }, [7, -1]],
  'int32 in int32_data': [{ dataType: 6, int32Data: [7, -1] }, [7, -1]],
  'uint8 in int32_data': [{ dataType: 2, int32Data: [7, 255] }, [7, 255]],
  'bool in raw_data': [{ dataType: 9, rawData: bytes(1, 0) }, [1, 0]],
};

for (const [name, [fields, expected]] of Object.entries(stored))
  test(name, () => {
    const tensor = decodeTensor(create(TensorProtoSchema, { name: 't', dims, ...fields }), 'x.onnx');
    assert.deepEqual(Array.from(tensor.data, Number), expected);
    assert.deepEqual(tensor.shape, [2]);
  });

const refused: Readonly<Record<string, readonly [Fields, string]>> = {
  'too few bytes': [{ dataType: 1, rawData: bytes(1, 2, 3) }, 'model.damaged'],
  'a negative dimension': [{ dataType: 1, dims: [-2n, -1n], floatData: [1, 2] }, 'model.damaged'],
  'a shape beyond all memory': [{ dataType: 1, dims: [2n ** 40n, 2n ** 20n] }, 'model.damaged'],
  '8-bit weights': [{ dataType: 3, rawData: bytes(1, 2) }, 'model.element-type'],
  'weights in another file': [{ dataType: 1, dataLocation: 1 }, 'model.external-data'],
};

for (const [name, [fields, code]] of Object.entries(refused))
  test(`${name}: ${code}`, () => {
    const proto = create(TensorProtoSchema, { name: 'conv.w', dims, ...fields });
    assert.throws(() => decodeTensor(proto, 'x.onnx'), { name: 'AdarandError', code, message: /"conv\.w"/ });
  });
