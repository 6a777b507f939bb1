/** Files of models that were made to do harm: what to write into a folder, and what opening it must say. */
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Bytes, or how a file begins that has zeros up to a length and takes no room on the disk. */
export type Content = Uint8Array | string | { readonly head: Uint8Array; readonly length: number };

export interface HostileModel {
  readonly files: Readonly<Record<string, Content>>;
  /** The file that is opened; the folder, unless given. */
  readonly opened?: string;
  readonly code: string;
}

export async function writeHostile(folder: string, { files, opened = '' }: HostileModel): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const sparse = typeof content === 'object' && 'head' in content;
    await writeFile(path, sparse ? content.head : content);
    if (sparse) await truncate(path, content.length);
  }
  return join(folder, opened);
}

const length = (bytes: number) => {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(bytes));
  return prefix;
};
const safetensors = (header: string | Uint8Array, data = 0) =>
  Buffer.concat([length(header.length), Buffer.from(header), Buffer.alloc(data)]);
const entry = (name: string, shape: string, end: number) =>
  `"${name}":{"dtype":"F32","shape":${shape},"data_offsets":[0,${end}]}`;
const tensors = (content: Content): Omit<HostileModel, 'code'> => ({
  files: { 'm.safetensors': content },
  opened: 'm.safetensors',
});
const many = (count: number) =>
  `{${Array.from({ length: count }, (_, i) => entry(`t${i}`, '[0]', 0)).join()}}`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const config = (json: Content): Omit<HostileModel, 'code'> => ({
  files: { 'config.json': json, 'model.safetensors': safetensors('{}') },
});
const labels = (id2label: string) => config(`{"model_type":"resnet","id2label":${id2label}}`);

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
};
/** A field of bytes, by its number. */
const field = (number: number, content: Uint8Array) =>
  Buffer.concat([Buffer.from([8 * number + 2, ...varint(content.length)]), content]);
const repeated = (bytes: readonly number[], count: number) =>
  Buffer.from(Array.from({ length: count }, () => bytes).flat());
const oneNode = Buffer.from([10, 0]);
const graph = (content: Uint8Array) =>
  Buffer.concat([Buffer.from([8, 8]), field(8, Buffer.from([16, 17])), field(7, content)]);
const onnx = (content: Content): Omit<HostileModel, 'code'> => ({
  files: { 'm.onnx': content },
  opened: 'm.onnx',
});

const MILLION = 2 ** 20;

export const hostileModels: Readonly<Record<string, HostileModel>> = {
  'a tensor twice in the header': {
    ...tensors(safetensors(`{${entry('a', '[2,3]', 24)},${entry('a', '[3,2]', 24)}}`, 24)),
    code: 'files.safetensors',
  },
  'a shape twice': {
    ...tensors(safetensors('{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', 4)),
    code: 'files.safetensors',
  },
  'a name that is not UTF-8': {
    ...tensors(
      safetensors(Buffer.from('{"\xff\xfe":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 'latin1'), 4),
    ),
    code: 'files.safetensors',
  },
  'a header of a gigabyte': {
    ...tensors({ head: length(2 ** 30), length: 2 ** 30 + 100 }),
    code: 'files.safetensors',
  },
  'a header as long as may be, of zeros': {
    ...tensors({ head: length(16 * MILLION), length: 20 * MILLION }),
    code: 'files.safetensors',
  },
  'a hundred thousand tensors': { ...tensors(safetensors(many(100_000))), code: 'files.safetensors' },
  'a header with lists in lists': {
    ...tensors(safetensors(`{"a":${nested(4 * MILLION)}}`)),
    code: 'files.safetensors',
  },
  'a configuration of lists in lists': { ...config(nested(100_000)), code: 'model.config' },
  'a field of lists in lists': {
    ...config(`{"model_type":${nested(100_000)}}`),
    code: 'model.config',
  },
  'a configuration of three gigabytes': {
    ...config({ head: Buffer.from('{'), length: 3 * 2 ** 30 }),
    code: 'model.config',
  },
  'an index of a gigabyte': {
    files: {
      'config.json': '{"model_type":"vit"}',
      'model.safetensors.index.json': { head: Buffer.from('{'), length: 2 ** 30 },
    },
    code: 'model.config',
  },
  'an index that leads out of the folder': {
    files: {
      'config.json': '{"model_type":"vit"}',
      'model.safetensors.index.json': '{"weight_map":{"a":"../m.safetensors"}}',
    },
    code: 'model.damaged',
  },
  'labels with a gap': { ...labels('{"0":"a","2":"b"}'), code: 'model.config' },
  'labels from 1 on': { ...labels('{"1":"a","2":"b"}'), code: 'model.config' },
  'labels by words': { ...labels('{"cat":"a","dog":"b"}'), code: 'model.config' },
  'a label under two numbers': { ...labels('{"0":"a","00":"b"}'), code: 'model.config' },
  'labels that are lists': { ...labels(`{"0":${nested(100_000)}}`), code: 'model.config' },
  'three gigabytes of ONNX': {
    ...onnx({ head: Buffer.from([8]), length: 3 * 2 ** 30 }),
    code: 'model.damaged',
  },
  'a graph that claims two gigabytes': {
    ...onnx(Buffer.from([8, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 1])),
    code: 'model.damaged',
  },
  'a length of ten bytes': {
    ...onnx(Buffer.from([0x3a, ...Array.from({ length: 9 }, () => 0xff), 1])),
    code: 'model.damaged',
  },
  'groups in groups': { ...onnx(Buffer.alloc(2 * MILLION, 0x0b)), code: 'model.damaged' },
  'a million nodes without content': { ...onnx(graph(repeated([10, 0], MILLION))), code: 'model.damaged' },
  'a million tensors without content': {
    ...onnx(graph(Buffer.concat([oneNode, repeated([42, 0], MILLION)]))),
    code: 'model.damaged',
  },
  'a shape of eight million numbers': {
    ...onnx(graph(Buffer.concat([oneNode, field(5, field(1, Buffer.alloc(8 * MILLION, 1)))]))),
    code: 'model.damaged',
  },
  'a loop': {
    ...onnx(graph(field(1, Buffer.concat([field(2, Buffer.from('y')), field(4, Buffer.from('Loop'))])))),
    code: 'model.no-head',
  },
};
