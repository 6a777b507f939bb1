import { fromBinary } from '@bufbuild/protobuf';
import { AdarandError } from '../../errors.js';
import {
  type AttributeProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from '../../graph/onnx/onnx_pb.js';
import { PRODUCER } from '../../graph/onnx/write.js';
import { float32, type Tensor } from '../../graph/tensor.js';
import { AGAIN } from './damaged.js';
import { decodedSize } from './decoded-size.js';
import { withoutEarlierStatistics } from './earlier-statistics.js';
import type { ExternalData } from './external-data.js';
import { withoutCalls } from './functions.js';
import { decodeTensor } from './tensor.js';

export interface OnnxNode {
  readonly type: string;
  /** '' for ONNX's own operators. */
  readonly domain: string;
  /** Its name, or its first output's where it has none: for messages. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeProto>;
}

/** A decoded ONNX file. */
export interface OnnxModel {
  /** For messages. */
  readonly file: string;
  readonly opset: number;
  /** Whether this package has written it: its constants without a name of their own are no weights. */
  readonly ours: boolean;
  /** Which node makes a value, by the value's name; Constant nodes are among `constants` instead. */
  readonly producers: ReadonlyMap<string, OnnxNode>;
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Inputs without stored values, with their shapes; a free dimension is undefined. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | undefined)[] }[];
  readonly outputs: readonly string[];
}

/**
 * Decodes an ONNX file. `file` is for messages; `external` reads what the file keeps in others.
 *
 * @throws AdarandError `model.damaged` for anything that is not a whole ONNX model; as `decodeTensor` does.
 */
export function decodeOnnx(bytes: Uint8Array, file: string, external?: ExternalData): OnnxModel {
  const proto = parse(bytes, file);
  const { graph } = proto;
  const opset = proto.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
  if (graph === undefined || graph.node.length === 0 || opset === undefined) throw notOnnx(file);
  const constants = new Map<string, Tensor>();
  for (const initializer of graph.initializer)
    constants.set(initializer.name, decodeTensor(initializer, file, external));
  const producers = new Map<string, OnnxNode>();
  for (const node of withoutCalls(proto, graph.node, file).map(decodeNode)) {
    if (node.type === 'Constant')
      for (const output of node.outputs) constants.set(output, constantOf(node, file, external));
    else for (const output of node.outputs) if (output !== '') producers.set(output, node);
  }
  separateNormalizations(producers, constants);
  return withoutEarlierStatistics({
    file,
    opset: Number(opset),
    ours: proto.producerName === PRODUCER,
    producers,
    constants,
    inputs: graph.input
      .filter(({ name }) => !constants.has(name))
      .map((info) => ({ name: info.name, shape: shapeOf(info) })),
    outputs: graph.output.map(({ name }) => name),
  });
}

/**
 * Exporters write equal tensors once, and an Identity for each of the others. What a BatchNorm stores behind one is its
 * own again: layers whose statistics begin alike do not share them.
 */
function separateNormalizations(producers: Map<string, OnnxNode>, constants: Map<string, Tensor>): void {
  for (const { type, inputs } of [...producers.values()]) {
    if (type !== 'BatchNormalization') continue;
    for (const name of inputs.slice(1)) {
      const tensor = behindIdentity(name, producers, constants);
      if (tensor === undefined) continue;
      constants.set(name, tensor);
      producers.delete(name);
    }
  }
}

/** The stored tensor that a value repeats; undefined where there is none, or no Identity before it. */
function behindIdentity(
  name: string,
  producers: ReadonlyMap<string, OnnxNode>,
  constants: ReadonlyMap<string, Tensor>,
): Tensor | undefined {
  const passed = new Set<string>();
  for (let source = name; !passed.has(source); ) {
    passed.add(source);
    const producer = producers.get(source);
    const [before] = producer?.inputs ?? [];
    if (producer?.type !== 'Identity' || before === undefined) return undefined;
    const tensor = constants.get(before);
    if (tensor !== undefined) return tensor;
    source = before;
  }
  return undefined;
}

/** What a file may take beyond three times its size, while it is read: far more than nodes of networks do. */
const LARGEST_DECODED = 2 ** 28;

function parse(bytes: Uint8Array, file: string): ModelProto {
  const most = 3 * bytes.length + LARGEST_DECODED;
  let size: number;
  try {
    size = decodedSize(ModelProtoSchema, bytes, most);
    if (size <= most) return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw notOnnx(file, error);
  }
  throw new AdarandError(
    'model.damaged',
    `${file} has more nodes, or numbers outside of its tensors, than any network`,
    'It may be damaged: download or export it again.',
  );
}

function notOnnx(file: string, cause?: unknown): AdarandError {
  return new AdarandError(
    'model.damaged',
    `${file} is not a whole ONNX model`,
    'It may be another kind of file, or cut short: download or export it again.',
    cause,
  );
}

function decodeNode(proto: NodeProto): OnnxNode {
  return {
    type: proto.opType,
    domain: proto.domain === 'ai.onnx' ? '' : proto.domain,
    name: proto.name || proto.output.find((output) => output !== '') || proto.opType,
    inputs: proto.input,
    outputs: proto.output,
    attributes: new Map(proto.attribute.map((attribute) => [attribute.name, attribute])),
  };
}

/** The value of a Constant node: a tensor, or numbers given directly. */
function constantOf({ name, attributes }: OnnxNode, file: string, external?: ExternalData): Tensor {
  const tensor = attributes.get('value')?.t;
  if (tensor !== undefined) return decodeTensor(tensor, file, external);
  const number = attributes.get('value_float');
  if (number !== undefined) return float32([], [number.f]);
  const numbers = attributes.get('value_floats');
  if (numbers !== undefined) return float32([numbers.floats.length], numbers.floats);
  const integer = attributes.get('value_int');
  if (integer !== undefined) return { dtype: 'int64', shape: [], data: BigInt64Array.of(integer.i) };
  const integers = attributes.get('value_ints');
  if (integers !== undefined)
    return { dtype: 'int64', shape: [integers.ints.length], data: BigInt64Array.from(integers.ints) };
  throw new AdarandError('model.damaged', `${file} is damaged: the Constant "${name}" has no value`, AGAIN);
}

function shapeOf({ type }: ValueInfoProto): (number | undefined)[] {
  if (type?.value.case !== 'tensorType') return [];
  // Without a shape, it is unknown how many dimensions there are: none can be read.
  return (type.value.value.shape?.dim ?? []).map(({ value }) =>
    value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined,
  );
}
