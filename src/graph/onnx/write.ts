import { create } from '@bufbuild/protobuf';
import { AdarandError, at, invariant } from '../../errors.js';
import type { Device } from '../device.js';
import type { Emitter, OnnxAttribute, OnnxAttributes } from '../emitter.js';
import { onnxDataType } from '../operators/cast.js';
import { type Shape, sizeOf, type Tensor, type TensorType } from '../tensor.js';
import { type Node, topologicalOrder, type Value } from '../value.js';
import { nodeOrder } from './node-order.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import { joined, serialize } from './serialize.js';

/** ONNX operator set that `emit` functions write for; every ONNX Runtime since 1.15 has it. */
const OPSET = 18n;

/** What written files name as their origin. */
export const PRODUCER = 'adarand';

/** Whether a name is one that written files give to what has none, constants for example. */
export const isAnonymous = (name: string): boolean => name.startsWith('~');

export interface OnnxGraph {
  readonly outputs: ReadonlyMap<string, Value>;
  /** Values that are inputs of the graph but not of the file: their data is stored in it (a model for inference). */
  readonly initializers?: ReadonlyMap<string, Tensor>;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Names of leading dimensions that the file declares free, by input or output name (`batch_size`). */
  readonly freeBatch?: ReadonlySet<string>;
}

/** Serializes a lowered graph as an ONNX model that is run at once: the order of `outputs` and `nodeOrder` decide its memory. */
export function writeOnnx(graph: OnnxGraph, device: Device): Uint8Array {
  return joined(serialize(modelOf(graph, device, nodeOrder)));
}

/**
 * An ONNX model for a file, in the order in which the network is built, as readers expect it. It comes in pieces, which hold
 * the initializers themselves: no copy of the weights is made.
 */
export function onnxPieces(graph: OnnxGraph, device: Device): readonly Uint8Array[] {
  return serialize(modelOf(graph, device, topologicalOrder));
}

function modelOf(
  graph: OnnxGraph,
  device: Device,
  order: (outputs: readonly Value[]) => readonly Node[],
): ModelProto {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const names = new Map<Value, string>();
  const inputs = new Map<string, TensorType>();
  const constants = new Map<string, string>();
  let counter = 0;

  const store = (tensor: Tensor, key: string): string => {
    const before = constants.get(key);
    if (before !== undefined) return before;
    const name = `~c${constants.size}`;
    constants.set(key, name);
    initializers.push(tensorProto(name, tensor));
    return name;
  };
  const addNode = (
    type: string,
    inputs: readonly string[],
    output: string[],
    attributes: OnnxAttributes,
    domain: string,
  ): void => {
    nodes.push(
      create(NodeProtoSchema, {
        opType: type,
        input: trimmed(inputs),
        output,
        domain,
        name: `${type}_${nodes.length}`,
        attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
      }),
    );
  };
  const emitter: Emitter = {
    device,
    op(type, inputs, attributes = {}, { domain = '' } = {}) {
      const output = `~${counter++}`;
      addNode(type, inputs, [output], attributes, domain);
      return [output];
    },
    severalOutputs(count, type, inputs, attributes) {
      const outputs = Array.from({ length: count }, () => `~${counter++}`);
      addNode(type, inputs, outputs, attributes, '');
      return outputs;
    },
    int64: (values) =>
      store(
        { dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) },
        `i${values.join()}`,
      ),
    float32: (value, shape = []) =>
      store(
        { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)).fill(value) },
        `f${value}[${shape}]`,
      ),
  };
  const nameOf = (value: Value): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const { origin } = value;
    invariant(origin.kind !== 'node', 'a node is written before what uses it');
    const name = origin.kind === 'input' ? origin.name : store(origin.tensor, `t${names.size}`);
    if (origin.kind === 'input') inputs.set(name, value);
    names.set(value, name);
    return name;
  };

  const outputs = [...graph.outputs];
  for (const node of order(outputs.map(([, value]) => value))) {
    const { operator } = node;
    if (operator.kind === 'composite')
      throw new AdarandError(
        'graph.not-lowered',
        `${operator.name} has no ONNX operator`,
        'Lower the graph first.',
      );
    const written = operator.emit(emitter, node.inputs.map(nameOf), node);
    for (const [i, output] of node.outputs.entries()) names.set(output, at(written, i));
  }
  // An Identity gives each output its own name, even where two outputs are one value or an output is an input;
  // ONNX Runtime removes those it can.
  for (const [name, value] of outputs)
    nodes.push(create(NodeProtoSchema, { opType: 'Identity', input: [nameOf(value)], output: [name] }));
  rename(
    nodes,
    outputs.map(([name]) => name),
  );

  const stored = graph.initializers ?? new Map<string, Tensor>();
  for (const [name, tensor] of stored) if (inputs.delete(name)) initializers.push(tensorProto(name, tensor));
  const info = (name: string, type: TensorType) => valueInfo(name, type, graph.freeBatch?.has(name) ?? false);
  return create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: PRODUCER,
    opsetImport: ['', ...new Set(nodes.map(({ domain }) => domain).filter((domain) => domain !== ''))].map(
      (domain) => ({
        domain,
        version: domain === '' ? OPSET : 1n,
      }),
    ),
    metadataProps: Object.entries(graph.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'adarand',
      node: nodes,
      initializer: initializers,
      input: [...inputs].map(([name, type]) => info(name, type)),
      output: outputs.map(([name, value]) => info(name, value)),
    },
  });
}

/**
 * Drops the final Identity of every output that a node computes for it alone, by giving that node's result the
 * output's name; and omits (as an empty name) results that nobody reads, so that kernels skip computing them.
 */
function rename(nodes: NodeProto[], outputs: readonly string[]): void {
  const producer = new Map<string, NodeProto>();
  const readers = new Map<string, number>();
  const final = new Set(outputs);
  for (const node of nodes) {
    for (const name of node.output) producer.set(name, node);
    for (const name of node.input) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  const aliases = new Map<string, string>();
  for (const name of outputs) {
    const identity = producer.get(name);
    const from = identity?.input[0];
    if (identity === undefined || from === undefined || !producer.has(from)) continue;
    if (final.has(from) || aliases.has(from)) continue;
    aliases.set(from, name);
    nodes.splice(nodes.lastIndexOf(identity), 1);
  }
  for (const node of nodes) {
    node.input = node.input.map((name) => aliases.get(name) ?? name);
    node.output = node.output.map((name, i) => {
      const alias = aliases.get(name);
      if (alias !== undefined) return alias;
      return final.has(name) || readers.has(name) || !mayOmit(node, i) ? name : '';
    });
    while (node.output.length > 1 && node.output.at(-1) === '') node.output.pop();
  }
}

/** Whether a result may be without a name: no node's first one; a Split has as many as there are sizes. */
function mayOmit({ opType }: NodeProto, index: number): boolean {
  return index > 0 && opType !== 'Split';
}

function trimmed(inputs: readonly string[]): string[] {
  const result = [...inputs];
  while (result.at(-1) === '') result.pop();
  return result;
}

export function attributeProto(name: string, value: OnnxAttribute): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: 2, i: BigInt(value) });
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: 3, s: new TextEncoder().encode(value) });
  if ('floats' in value) return create(AttributeProtoSchema, { name, type: 6, floats: [...value.floats] });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: 1, f: value.float });
  return create(AttributeProtoSchema, { name, type: 7, ints: value.map(BigInt) });
}

export function tensorProto(name: string, { dtype, shape, data }: Tensor): TensorProto {
  invariant(data.length === sizeOf(shape), `${name}: ${data.length} elements for shape [${shape}]`);
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: onnxDataType[dtype],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
}

function valueInfo(name: string, { dtype, shape }: TensorType, freeBatch: boolean) {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: onnxDataType[dtype],
          shape: { dim: dimensions(shape, freeBatch) },
        },
      },
    },
  });
}

function dimensions(shape: Shape, freeBatch: boolean) {
  return shape.map((size, axis) =>
    axis === 0 && freeBatch
      ? { value: { case: 'dimParam' as const, value: 'batch_size' } }
      : { value: { case: 'dimValue' as const, value: BigInt(size) } },
  );
}
