import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { AdarandError, at } from '../../src/errors.js';
import { interpret } from '../../src/graph/interpret.js';
import { TensorProtoSchema } from '../../src/graph/onnx/onnx_pb.js';
import { sameShape, type Tensor } from '../../src/graph/tensor.js';
import { input, type Value } from '../../src/graph/value.js';
import { buildPart, checkOperators } from '../../src/models/onnx-import/build.js';
import { decodeOnnx, type OnnxModel } from '../../src/models/onnx-import/decode.js';
import { nodesFor } from '../../src/models/onnx-import/order.js';
import { decodeTensor } from '../../src/models/onnx-import/tensor.js';
import { weightRoles } from '../../src/models/onnx-import/weights.js';
import type { Scope } from '../../src/nn/network.js';

/** One of the ONNX project's tests: a model of one node, what it is given and what it gives. */
export interface NodeTest {
  readonly model: Uint8Array;
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}

export interface NodeResult {
  readonly operator: string;
  readonly opset: number;
  /** `passed`, `constant` (where nothing depends on images), `refused CODE MESSAGE` or `failed WHY`. */
  readonly result: string;
}

export function readNodeTest(folder: string): NodeTest {
  const data = join(folder, 'test_data_set_0');
  const all = (kind: string) => {
    const paths: string[] = [];
    while (existsSync(join(data, `${kind}_${paths.length}.pb`)))
      paths.push(join(data, `${kind}_${paths.length}.pb`));
    return paths.map((path) => readFileSync(path));
  };
  return { model: readFileSync(join(folder, 'model.onnx')), inputs: all('input'), outputs: all('output') };
}

/**
 * Imports the node with its first tensor of floats as the images, or, where that is refused, with constants alone, and
 * evaluates it by the definitions of the operators that it becomes.
 */
export function runNodeTest(test: NodeTest): NodeResult {
  let about = { operator: '', opset: 0 };
  try {
    const model = decodeOnnx(test.model, 'node');
    const [node] = model.producers.values();
    if (node === undefined) throw new AdarandError('tests.no-node', 'the file has no node');
    about = { operator: node.domain === '' ? node.type : `${node.domain}.${node.type}`, opset: model.opset };
    const given = model.inputs.map(({ name }, i) => [name, tensorOf(test.inputs[i])] as const);
    const images = given.find(([, { dtype, shape }]) => dtype === 'float32' && shape.length > 0)?.[0];
    const refusals: AdarandError[] = [];
    for (const from of images === undefined ? [undefined] : [images, undefined])
      try {
        const computed = compute(model, new Map(given), from);
        const wrong = difference(computed, test.outputs);
        if (wrong !== undefined) return { ...about, result: `failed ${wrong}` };
        return { ...about, result: from === undefined ? 'constant' : 'passed' };
      } catch (error) {
        if (!(error instanceof AdarandError)) throw error;
        refusals.push(error);
      }
    throw at(refusals, 0);
  } catch (error) {
    if (!(error instanceof AdarandError)) return { ...about, result: `failed ${String(error)}` };
    return { ...about, result: `refused ${error.code} ${error.message}` };
  }
}

/** The outputs, of a model whose inputs but `images` are stored. */
function compute(
  decoded: OnnxModel,
  given: ReadonlyMap<string, Tensor>,
  images: string | undefined,
): Tensor[] {
  const stored = [...given].filter(([name]) => name !== images);
  const model = { ...decoded, constants: new Map([...decoded.constants, ...stored]) };
  const feeds = new Map<string, Float64Array>();
  const fed = (name: string, tensor: Tensor | undefined): Value => {
    if (tensor === undefined) throw new AdarandError('tests.no-tensor', `nothing makes ${name}`);
    feeds.set(name, Float64Array.from(tensor.data, Number));
    return input(name, tensor);
  };
  const read = (name: string) => fed(name, model.constants.get(name));
  const scope: Scope = {
    parameter: read,
    buffer: read,
    normalisesByBatch: () => false,
    updateBuffer() {},
    featureMap() {},
  };
  return model.outputs.map((target) => {
    const nodes = nodesFor(target, model);
    const part = { model, nodes, roles: weightRoles(model, nodes), input: images ?? '', target };
    checkOperators(part);
    const unused: Tensor = { dtype: 'float32', shape: [1], data: new Float32Array(1) };
    const first = fed(images ?? 'no images', images === undefined ? unused : given.get(images));
    const value = buildPart(part, first, scope);
    const [data] = interpret([value], feeds);
    return { dtype: 'float32', shape: value.shape, data: Float32Array.from(data ?? []) };
  });
}

/** What is wrong with the outputs; undefined if nothing is. */
function difference(computed: readonly Tensor[], outputs: readonly Uint8Array[]): string | undefined {
  for (const [i, bytes] of outputs.entries()) {
    const expected = tensorOf(bytes);
    const found = at(computed, i);
    if (!sameShape(found.shape, expected.shape))
      return `output ${i} is [${found.shape}], not [${expected.shape}]`;
    // What is computed in halves is computed in float32 here.
    const halves = [10, 16].includes(fromBinary(TensorProtoSchema, bytes).dataType);
    const numbers = Array.from(expected.data, Number);
    const scale = numbers.reduce(
      (most, n) => (Number.isFinite(n) ? Math.max(most, Math.abs(n)) : most),
      1e-3,
    );
    // Some are written down with four digits.
    const rounded = numbers.every((n) => Math.abs(n - Number(n.toFixed(4))) < 1e-7 * scale);
    const tolerance = halves ? 1e-2 : rounded ? 5e-4 : 1e-5;
    for (const [j, number] of numbers.entries()) {
      const other = Number(found.data[j]);
      if (!(Object.is(other, number) || other === number || Math.abs(other - number) <= tolerance * scale))
        return `output ${i} has ${other} at ${j}, not ${number}`;
    }
  }
  return undefined;
}

function tensorOf(bytes: Uint8Array | undefined): Tensor {
  if (bytes === undefined) throw new AdarandError('tests.no-input', 'an input is left out');
  return decodeTensor(fromBinary(TensorProtoSchema, bytes), 'data');
}
