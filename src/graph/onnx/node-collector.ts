import { create } from '@bufbuild/protobuf';
import type { Device } from '../device.js';
import type { Emitter, OnnxAttributes } from '../emitter.js';
import { sizeOf, type Tensor } from '../tensor.js';
import { type NodeProto, NodeProtoSchema, type TensorProto } from './onnx_pb.js';
import { attributeProto, tensorProto } from './protos.js';

/** Whether a name is one that written files give to what has none, constants for example. */
export const isAnonymous = (name: string): boolean => name.startsWith('~');

/** The nodes of a graph that is written, in order, and its stored tensors: what `emit` functions write is collected here. */
export class NodeCollector {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly emitter: Emitter;
  readonly #constants = new Map<string, string>();
  #results = 0;

  constructor(device: Device) {
    this.emitter = {
      device,
      op: (type, inputs, attributes = {}, { domain = '' } = {}) => {
        const output = this.#newName();
        this.#add(type, inputs, [output], attributes, domain);
        return [output];
      },
      severalOutputs: (count, type, inputs, attributes) => {
        const outputs = Array.from({ length: count }, () => this.#newName());
        this.#add(type, inputs, outputs, attributes, '');
        return outputs;
      },
      int64: (values) =>
        this.store(
          { dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) },
          `i${values.join()}`,
        ),
      float32: (value, shape = []) =>
        this.store(
          { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)).fill(value) },
          `f${value}[${shape}]`,
        ),
    };
  }

  /** The name of a constant, which is stored once for each key. */
  store(tensor: Tensor, key: string): string {
    const before = this.#constants.get(key);
    if (before !== undefined) return before;
    const name = `~c${this.#constants.size}`;
    this.#constants.set(key, name);
    this.initializers.push(tensorProto(name, tensor));
    return name;
  }

  /** Gives a value another name, too. */
  addIdentity(from: string, to: string): void {
    this.nodes.push(create(NodeProtoSchema, { opType: 'Identity', input: [from], output: [to] }));
  }

  #newName(): string {
    return `~${this.#results++}`;
  }

  #add(
    type: string,
    inputs: readonly string[],
    output: string[],
    attributes: OnnxAttributes,
    domain: string,
  ): void {
    this.nodes.push(
      create(NodeProtoSchema, {
        opType: type,
        input: trimmed(inputs),
        output,
        domain,
        name: `${type}_${this.nodes.length}`,
        attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
      }),
    );
  }
}

function trimmed(inputs: readonly string[]): string[] {
  const result = [...inputs];
  while (result.at(-1) === '') result.pop();
  return result;
}
