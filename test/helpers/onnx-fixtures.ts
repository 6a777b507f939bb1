import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { create, toBinary } from '@bufbuild/protobuf';
import { at } from '../../src/errors.js';
import { type AttributeProto, AttributeProtoSchema, ModelProtoSchema } from '../../src/graph/onnx/onnx_pb.js';
import { attributeProto, tensorProto } from '../../src/graph/onnx/protos.js';
import type { Shape, Tensor } from '../../src/graph/tensor.js';
import { input } from '../../src/graph/value.js';
import { linear } from '../../src/nn/functional.js';
import type { Network } from '../../src/nn/network.js';
import { recordingScope } from '../../src/nn/scope.js';
import { nodeDriver } from '../../src/runtime/node.js';
import { runGraph } from './run-graph.js';

/** Real models, where this checkout has them beside it; tests that want them skip otherwise. */
export const sharedModels = '../shared/data/models';
export const sharedOnnx = '../shared/data/onnx';
export const skipWithout = (folder: string) => (existsSync(folder) ? false : `no folder ${folder}`);

/** Features and pretrained logits of normalised images [N,3,H,W], in evaluation, by ONNX Runtime. */
export async function classify(network: Network, images: Tensor<'float32'>) {
  const scope = recordingScope(network, { training: false });
  const features = network.features(input('images', images), scope);
  const head = network.pretrainedHead;
  assert.ok(head !== undefined);
  const logits = linear(features, input('head.weight', head.weight), input('head.bias', head.bias));
  const results = await runGraph(nodeDriver, 'cpu', [features, logits], feedsOf(network, images));
  return { features: floats(at(results, 0)), logits: floats(at(results, 1)) };
}

/** What the graph of `network` is fed: every tensor by its name, the pretrained head, and the images. */
export function feedsOf(network: Network, images: Tensor<'float32'>): Map<string, Tensor> {
  const { weight, bias } = network.pretrainedHead ?? {};
  return new Map<string, Tensor>([
    ...[...network.parameters].map(([name, { tensor }]) => [name, tensor] as const),
    ...network.buffers,
    ...(weight && bias
      ? ([
          ['head.weight', weight],
          ['head.bias', bias],
        ] as const)
      : []),
    ['images', images],
  ]);
}

export function floats(tensor: Tensor): Float32Array {
  assert.ok(tensor.dtype === 'float32');
  return tensor.data;
}

/** Largest absolute difference, relative to the largest expected element (at least 1). */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  let worst = 0;
  let scale = 1;
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? 0)));
    scale = Math.max(scale, Math.abs(expected[i] ?? 0));
    if (Number.isNaN(actual[i])) return Number.POSITIVE_INFINITY;
  }
  return worst / scale;
}

export interface OnnxFile {
  readonly opset?: number;
  readonly nodes: readonly OnnxFileNode[];
  readonly initializers?: Readonly<Record<string, Tensor>>;
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
}

export interface OnnxFileNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, FileAttribute>>;
  readonly domain?: string;
}

/** A node of an ONNX file with one output. */
export const onnxNode = (
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: OnnxFileNode['attributes'] = {},
): OnnxFileNode => ({ type, inputs, outputs: [output], attributes });

export type FileAttribute = number | string | readonly number[] | { readonly float: number } | Tensor;

/** An ONNX file by hand. */
export function onnxFile({ opset = 13, nodes, initializers = {}, inputs, outputs }: OnnxFile): Uint8Array {
  const info = (name: string, shape: readonly (number | string)[]) => ({
    name,
    type: {
      value: {
        case: 'tensorType' as const,
        value: { elemType: 1, shape: { dim: shape.map(dimension) } },
      },
    },
  });
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [
      { domain: '', version: BigInt(opset) },
      { domain: 'com.microsoft', version: 1n },
    ],
    graph: {
      name: 'test',
      node: nodes.map(({ type, inputs: input, outputs: output, attributes = {}, domain = '' }, i) => ({
        opType: type,
        input: [...input],
        output: [...output],
        domain,
        name: `${type}${i}`,
        attribute: Object.entries(attributes).map(([name, value]) => fileAttributeProto(name, value)),
      })),
      initializer: Object.entries(initializers).map(([name, tensor]) => tensorProto(name, tensor)),
      input: Object.entries(inputs).map(([name, shape]) => info(name, shape)),
      // Without types: ONNX Runtime infers them.
      output: outputs.map((name) => ({ name })),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function dimension(size: number | string) {
  return typeof size === 'number'
    ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
    : { value: { case: 'dimParam' as const, value: size } };
}

function fileAttributeProto(name: string, value: FileAttribute): AttributeProto {
  if (typeof value === 'object' && 'dtype' in value)
    return create(AttributeProtoSchema, { name, type: 4, t: tensorProto('', value) });
  return attributeProto(name, value);
}

export function int64Tensor(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return { dtype: 'int64', shape, data: BigInt64Array.from(values, BigInt) };
}
