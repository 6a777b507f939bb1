import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { sizeOf, type Tensor } from '../graph/tensor.js';
import { parseSafetensors, readSafetensors, writeSafetensors } from './safetensors.js';

let folder: string;
let path: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adarand-safetensors-'));
  path = join(folder, 'x.safetensors');
});
after(() => rm(folder, { recursive: true }));

const shape = fc.array(fc.nat(4), { maxLength: 3 });
const tensor: fc.Arbitrary<Tensor> = shape.chain((shape) => {
  const length = { minLength: sizeOf(shape), maxLength: sizeOf(shape) };
  const bits = (unit: fc.Arbitrary<number>) => fc.array(unit, length);
  return fc.oneof(
    bits(fc.float()).map((v): Tensor => ({ dtype: 'float32', shape, data: Float32Array.from(v) })),
    bits(fc.integer()).map((v): Tensor => ({ dtype: 'int32', shape, data: Int32Array.from(v) })),
    bits(fc.nat(255)).map((v): Tensor => ({ dtype: 'uint8', shape, data: Uint8Array.from(v) })),
    bits(fc.nat(1)).map((v): Tensor => ({ dtype: 'bool', shape, data: Uint8Array.from(v) })),
    fc
      .array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), length)
      .map((v): Tensor => ({ dtype: 'int64', shape, data: BigInt64Array.from(v) })),
  );
});
const name = fc.string().filter((name) => name !== '__metadata__');

test('what is written is read back, from the file and from memory, whatever the order of the map', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, tensor), { maxLength: 6 }), fc.string(), async (items, note) => {
      const tensors = new Map(items);
      await writeSafetensors(path, tensors, { note });
      const bytes = await readFile(path);
      assert.equal(Number(bytes.readBigUInt64LE()) % 8, 0);
      for (const read of [await readSafetensors(path), parseSafetensors(bytes, 'memory')]) {
        assert.deepEqual(read.tensors, tensors);
        assert.equal(read.metadata.note, note);
      }
      await writeSafetensors(path, new Map([...tensors].reverse()), { note });
      assert.deepEqual(await readFile(path), bytes);
    }),
    { numRuns: 60 },
  );
});

/** A file with the given header and data, for headers that the writer would never make. */
function file(header: unknown, data: Uint8Array = new Uint8Array(), claimed?: bigint): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(json.length));
  return Buffer.concat([length, json, data]);
}
const entry = (dtype: string, shape: unknown, begin: unknown, end: unknown) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

test('halves, bfloat16 and doubles become float32', () => {
  const halves = [
    0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x3555, 0x7c00, 0xfc00, 0x7e00,
  ];
  const bytes = file({ x: entry('F16', [12], 0, 24) }, new Uint8Array(Uint16Array.from(halves).buffer));
  // Values of IEEE 754 binary16, from the standard's examples.
  const expected = [
    0,
    -0,
    1,
    -2,
    65504,
    2 ** -24,
    1023 * 2 ** -24,
    2 ** -14,
    0.333251953125,
    Infinity,
    -Infinity,
    NaN,
  ];
  assert.deepEqual(parseSafetensors(bytes, 'f').tensors.get('x')?.data, Float32Array.from(expected));

  const brains = new Uint8Array(Uint16Array.of(0x3f80, 0xc049, 0x7f80).buffer);
  const brain = parseSafetensors(file({ x: entry('BF16', [3], 0, 6) }, brains), 'f').tensors.get('x');
  assert.deepEqual(brain, { dtype: 'float32', shape: [3], data: Float32Array.of(1, -3.140625, Infinity) });

  const doubles = new Uint8Array(Float64Array.of(Math.PI, 1e300).buffer);
  const double = parseSafetensors(file({ x: entry('F64', [2], 0, 16) }, doubles), 'f').tensors.get('x');
  assert.deepEqual(double?.data, Float32Array.of(Math.fround(Math.PI), Infinity));
});

const four = new Uint8Array(4);
const hostile: Record<string, readonly [file: Uint8Array, problem: RegExp]> = {
  'no bytes': [new Uint8Array(), /0 bytes/],
  'a length and half a header': [file({}, undefined, 9n), /claims 9 bytes/],
  'a header of 2^63 bytes': [file({}, undefined, 2n ** 63n), /claims 9223372036854775808/],
  'not JSON': [file('{"a":'), /not JSON/],
  'not UTF-8': [
    file('').length > 0 ? Buffer.concat([file('', undefined, 2n), Buffer.of(0xc3, 0x28)]) : four,
    /not JSON/,
  ],
  'an array': [file([]), /not a JSON object/],
  'an entry that is a number': [file({ a: 3 }), /"a" is malformed/],
  'a negative dimension': [file({ a: entry('F32', [-1, -1], 0, 4) }, four), /"a" is malformed/],
  'a fractional offset': [file({ a: entry('F32', [1], 0.5, 4.5) }, four), /"a" is malformed/],
  'an offset beyond 2^53': [
    file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1e30]}}', four),
    /malformed/,
  ],
  'an unknown type': [file({ a: entry('F8_E4M3', [4], 0, 4) }, four), /type F8_E4M3/],
  'a type named like a method': [file({ a: entry('toString', [1], 0, 4) }, four), /type toString/],
  'a size that is not its shape': [file({ a: entry('F32', [2], 0, 4) }, four), /needs 8 bytes and has 4/],
  'a shape whose size overflows': [file({ a: entry('U8', [2 ** 40, 2 ** 40], 0, 4) }, four), /needs/],
  'an end before its begin': [file({ a: entry('F32', [1], 4, 0) }, four), /has -4/],
  'data that was cut short': [file({ a: entry('F32', [2], 0, 8) }, four), /cut short/],
  'overlapping tensors': [
    file({ a: entry('U8', [3], 0, 3), b: entry('U8', [2], 2, 4) }, four),
    /"b" overlaps/,
  ],
  'a gap': [
    file({ a: entry('U8', [1], 0, 1), b: entry('U8', [1], 3, 4) }, four),
    /2 bytes before tensor "b"/,
  ],
  'bytes of no tensor': [file({ a: entry('U8', [1], 0, 1) }, four), /3 bytes at its end/],
  'metadata with numbers': [file({ __metadata__: { a: 1 } }), /metadata/],
};

for (const [what, [bytes, problem]] of Object.entries(hostile)) {
  test(`refuses ${what}`, async () => {
    const expected = { code: 'files.safetensors', message: problem };
    assert.throws(() => parseSafetensors(bytes, 'bad.safetensors'), expected);
    assert.throws(() => parseSafetensors(bytes, 'bad.safetensors'), { message: /^bad\.safetensors is not/ });
    await writeFile(path, bytes);
    await assert.rejects(readSafetensors(path), expected);
  });
}

test('no damage of a written file goes unnoticed as wrong data', async () => {
  const data = Float32Array.from({ length: 10 }, (_, i) => i);
  await writeSafetensors(path, new Map([['a', { dtype: 'float32', shape: [10], data }]]));
  const good = await readFile(path);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
      const bad = Buffer.from(good);
      bad[position] = (bad[position] ?? 0) ^ flip;
      try {
        const { tensors } = parseSafetensors(bad, 'bad');
        // A changed name, type or note can pass for another file's; the elements cannot.
        for (const { data } of tensors.values()) {
          assert.deepEqual(new Uint8Array(data.buffer), new Uint8Array(good.subarray(-40)));
        }
      } catch (error) {
        assert.ok(error instanceof Error && 'code' in error, `${error}`);
      }
    }),
  );
  fc.assert(
    fc.property(fc.nat(good.length - 1), (length) => {
      assert.throws(() => parseSafetensors(good.subarray(0, length), 'cut'), { code: 'files.safetensors' });
    }),
  );
});

test('damaged data, a missing file and a folder are different errors', async () => {
  await writeSafetensors(
    path,
    new Map([['a', { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) }]]),
  );
  const bytes = await readFile(path);
  bytes[bytes.length - 1] = 4;
  await writeFile(path, bytes);
  await assert.rejects(readSafetensors(path), { code: 'files.checksum' });
  await assert.rejects(readSafetensors(join(folder, 'none')), {
    code: 'files.read',
    message: /no such file/,
  });
  await assert.rejects(readSafetensors(folder), { code: 'files.read' });
});

const models = '../shared/data/models';
test('reads published models', { skip: existsSync(models) ? false : `no ${models}` }, async () => {
  const paths = readdirSync(models).map((model) => join(models, model, 'model.safetensors'));
  for (const path of paths.filter((path) => existsSync(path))) {
    const { tensors } = await readSafetensors(path);
    assert.ok(tensors.size > 10, path);
    for (const { shape, data } of tensors.values()) assert.equal(data.length, sizeOf(shape));
  }
});
