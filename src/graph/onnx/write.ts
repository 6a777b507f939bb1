import { create } from '@bufbuild/protobuf';
import { AdarandError, at, invariant } from '../../errors.js';
import type { Device } from '../device.js';
import type { Tensor, TensorType } from '../tensor.js';
import { type Node, topologicalOrder, type Value } from '../value.js';
import { nameOutputs } from './name-outputs.js';
import { NodeCollector } from './node-collector.js';
import { nodeOrder } from './node-order.js';
import { type ModelProto, ModelProtoSchema, type NodeProto } from './onnx_pb.js';
import { tensorProto, valueInfoProto } from './protos.js';
import { joined, serialize } from './serialize.js';

/** ONNX operator set that `emit` functions write for; every ONNX Runtime since 1.15 has it. */
const OPSET = 18n;

/** What written files name as their origin. */
export const PRODUCER = 'adarand';

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

type Order = (outputs: readonly Value[]) => readonly Node[];

function modelOf(graph: OnnxGraph, device: Device, order: Order): ModelProto {
  const collector = new NodeCollector(device);
  const { nodes, initializers } = collector;
  const inputs = collectNodes(collector, graph.outputs, order);
  nameOutputs(nodes, [...graph.outputs.keys()]);
  const stored = graph.initializers ?? new Map<string, Tensor>();
  for (const [name, tensor] of stored) if (inputs.delete(name)) initializers.push(tensorProto(name, tensor));
  const info = ([name, type]: readonly [string, TensorType]) =>
    valueInfoProto(name, type, graph.freeBatch?.has(name) ?? false);
  return create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: PRODUCER,
    opsetImport: operatorSets(nodes),
    metadataProps: Object.entries(graph.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'adarand',
      node: nodes,
      initializer: initializers,
      input: [...inputs].map(info),
      output: [...graph.outputs].map(info),
    },
  });
}

/** Writes all that the outputs need, each as the result of an Identity, and returns the inputs that were met. */
function collectNodes(
  collector: NodeCollector,
  outputs: ReadonlyMap<string, Value>,
  order: Order,
): Map<string, TensorType> {
  const names = new Map<Value, string>();
  const inputs = new Map<string, TensorType>();
  const nameOf = (value: Value): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const { origin } = value;
    invariant(origin.kind !== 'node', 'a node is written before what uses it');
    const name = origin.kind === 'input' ? origin.name : collector.store(origin.tensor, `t${names.size}`);
    if (origin.kind === 'input') inputs.set(name, value);
    names.set(value, name);
    return name;
  };
  for (const node of order([...outputs.values()])) {
    const { operator } = node;
    if (operator.kind === 'composite')
      throw new AdarandError(
        'graph.not-lowered',
        `${operator.name} has no ONNX operator`,
        'Lower the graph first.',
      );
    const written = operator.emit(collector.emitter, node.inputs.map(nameOf), node);
    for (const [i, output] of node.outputs.entries()) names.set(output, at(written, i));
  }
  // An Identity gives each output its own name, even where two outputs are one value or an output is an input;
  // ONNX Runtime removes those it can.
  for (const [name, value] of outputs) collector.addIdentity(nameOf(value), name);
  return inputs;
}

function operatorSets(nodes: readonly NodeProto[]) {
  const others = new Set(nodes.map(({ domain }) => domain).filter((domain) => domain !== ''));
  return ['', ...others].map((domain) => ({ domain, version: domain === '' ? OPSET : 1n }));
}
