import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { z } from 'zod';
import { readGolden } from '../../../../test/helpers/golden.js';
import { recipeSchema } from '../../../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../../../test/helpers/lcg.js';
import { at } from '../../../errors.js';
import { interpret } from '../../../graph/interpret.js';
import { ModelProtoSchema } from '../../../graph/onnx/onnx_pb.js';
import { add, clip, div, mul, relu } from '../../../graph/ops.js';
import { float32, type Tensor, zeros } from '../../../graph/tensor.js';
import { constant } from '../../../graph/value.js';
import { batchNorm, conv, globalAveragePool } from '../../../nn/layers.js';
import type { Network } from '../../../nn/network.js';
import { compileOptionsFor } from '../../../run/device/compile-options.js';
import type { CompileOptions } from '../../../runtime/program.js';
import { webDriver } from '../../../runtime/web.js';
import type { PixelBatch } from '../../../training/feeds.js';
import { type ClassifierGraph, classifierGraph, type ExportedModel } from '../classifier-graph.js';
import { TRACED_IMAGES } from '../free-batch.js';
import { classify } from './classify.js';
import { quantizeClassifier, quantizedFile } from './quantize.js';
import { withImages } from './with-images.js';

const numbers = z.array(z.number());
const golden = readGolden(
  'quantized',
  z.object({
    pixels: recipeSchema,
    tensors: z.array(recipeSchema.extend({ name: z.string() })),
    levels: z.array(z.object({ name: z.string(), scale: z.number(), zeroPoint: z.number() })),
    weights: z.array(numbers),
    plain: z.array(numbers),
    logits: z.array(numbers),
  }),
);

const tensors = new Map(golden.tensors.map((recipe) => [recipe.name, tensorOf(recipe)]));
const size = at(golden.pixels.shape, 1);

const network: Network = {
  name: 'small',
  modelType: 'small',
  featureSize: 12,
  preprocessing: { imageSize: size, resizeSize: size, mean: [0, 0, 0], std: [1, 1, 1] },
  parameters: new Map(
    [...tensors].flatMap(([name, tensor]) =>
      /running|head/.test(name) ? [] : [[name, { kind: 'weight', tensor }]],
    ),
  ),
  groups: [{ name: 'all', parameters: [...tensors.keys()].filter((name) => !/running|head/.test(name)) }],
  buffers: new Map([...tensors].filter(([name]) => name.includes('running'))),
  pretrainedHead: undefined,
  features(images, scope) {
    const x = clip(batchNorm(scope, conv(scope, images, 'conv1', { stride: 2 }), 'bn1'), 0, 6);
    const y = relu(batchNorm(scope, conv(scope, x, 'conv2', { groups: 8 }), 'bn2'));
    const sum = add(x, conv(scope, y, 'conv3', { bias: true }));
    return globalAveragePool(relu(conv(scope, sum, 'conv4', { bias: true })));
  },
};

const model: ExportedModel = {
  network,
  head: { weight: stored('head.weight'), bias: stored('head.bias'), classes: ['a', 'b', 'c', 'd', 'e'] },
};

function stored(name: string): Tensor<'float32'> {
  const tensor = tensors.get(name);
  assert.ok(tensor !== undefined);
  return tensor;
}

/** The golden images, or others, as a batch. */
async function* batchOf(pixels: Uint8Array): AsyncGenerator<PixelBatch> {
  yield { pixels, labels: new Int32Array(TRACED_IMAGES), count: TRACED_IMAGES };
}

const pixels = Uint8Array.from(tensorOf(golden.pixels).data, (value) => Math.floor((value + 1) * 128));
const compile = await compileOptionsFor('cpu', 1);

/** The logits of a batch. */
async function classified(
  graph: ClassifierGraph,
  pixels: Uint8Array,
  options: CompileOptions = compile,
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for await (const row of classify(graph, network.preprocessing, batchOf(pixels), options))
    rows.push(row.slice());
  return rows;
}

/** The largest difference of two lists of rows. */
function distance(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  return Math.max(...a.flatMap((row, i) => Array.from(row, (x, k) => Math.abs(x - at(at(b, i), k)))));
}

/** How far the golden logits are from the float ones. */
const moved = distance(golden.plain, golden.logits);

test("weights, levels and logits are those of PyTorch's fake quantization", async () => {
  const small = await quantizeClassifier(model, batchOf(pixels), compile);
  const { graph } = fromBinary(ModelProtoSchema, quantizedFile(small, network.preprocessing));
  const initializers = new Map(graph?.initializer.map((tensor) => [tensor.name, tensor]));
  const bytesOf = (name: string | undefined) => initializers.get(name ?? '')?.rawData.slice();
  const weights = graph?.node.flatMap(({ opType, input }) => {
    const isWeight = opType === 'DequantizeLinear' && initializers.get(input[0] ?? '')?.dataType === 3;
    return isWeight ? [Array.from(new Int8Array(bytesOf(input[0])?.buffer ?? new ArrayBuffer(0)))] : [];
  });
  assert.deepEqual(weights, golden.weights);
  const levels = graph?.node.flatMap(({ opType, input }) => {
    if (opType !== 'QuantizeLinear') return [];
    const [scale] = new Float32Array(bytesOf(input[1])?.buffer ?? new ArrayBuffer(0));
    return [{ scale: scale ?? Number.NaN, zeroPoint: bytesOf(input[2])?.[0] }];
  });
  assert.equal(levels?.length, golden.levels.length);
  golden.levels.forEach(({ name, scale, zeroPoint }, i) => {
    const found = at(levels, i);
    assert.equal(found.zeroPoint, zeroPoint, name);
    assert.ok(Math.abs(found.scale / scale - 1) < 1e-6, name);
  });

  const images = float32(
    [TRACED_IMAGES, 3, size, size],
    Float32Array.from({ length: pixels.length }, (_, i) => {
      const [image, inside] = [Math.floor(i / (3 * size * size)), i % (3 * size * size)];
      const [channel, place] = [Math.floor(inside / (size * size)), inside % (size * size)];
      return at(pixels, (image * size * size + place) * 3 + channel) / 255;
    }),
  );
  const feeds = new Map([...small.stored].map(([name, { data }]) => [name, Float64Array.from(data, Number)]));
  const flat = at(interpret(withImages([small.logits], constant(images)), feeds), 0);
  const defined = golden.logits.map((_, i) => flat.subarray(5 * i, 5 * i + 5));
  assert.ok(
    distance(defined, golden.logits) < 0.02 * moved,
    `${distance(defined, golden.logits)} of ${moved}`,
  );
  const found = await classified(small, pixels);
  assert.ok(distance(found, golden.logits) < 0.2 * moved, `${distance(found, golden.logits)} of ${moved}`);
});

test('the float graph is as PyTorch has it', async () => {
  const found = await classified(classifierGraph(model, { halve: false }), pixels);
  assert.ok(distance(found, golden.plain) < 1e-5);
});

test('WebAssembly gives the same logits', async () => {
  const small = await quantizeClassifier(model, batchOf(pixels), compile);
  const inBrowsers = await classified(small, pixels, { driver: webDriver, device: 'wasm', threads: 1 });
  assert.ok(distance(inBrowsers, await classified(small, pixels)) < 0.2 * moved);
});

test('a file for one image and for several', async () => {
  const small = await quantizeClassifier(model, batchOf(pixels), compile);
  const bytes = quantizedFile(small, network.preprocessing);
  const session = await compile.driver.createSession(bytes, { device: 'cpu', threads: 1 });
  const run = async (count: number) => {
    const images = tensorOf({ shape: [count, 3, size, size], seed: 5, scale: 0.5, offset: 0.5 });
    const logits = zeros('float32', [count, 5]);
    await session.run(new Map([['pixel_values', images]]), new Map([['logits', logits]]));
    return logits.data;
  };
  const [one, three] = [await run(1), await run(3)];
  assert.deepEqual(three.slice(0, 5), one);
  assert.notDeepEqual(three.slice(5, 10), one);
  await session.release();
});

test('images without content: every range is one number, and answers stay near', async () => {
  for (const level of [0, 128, 255]) {
    const plain = new Uint8Array(pixels.length).fill(level);
    const small = await quantizeClassifier(model, batchOf(plain), compile);
    const [float, eight] = [
      await classified(classifierGraph(model, { halve: false }), plain),
      await classified(small, plain),
    ];
    const largest = Math.max(...float.flatMap((row) => Array.from(row, Math.abs)));
    assert.ok(distance(float, eight) < 0.06 * largest, `${level}: ${distance(float, eight)} of ${largest}`);
  }
});

test('values that are not finite are refused', async () => {
  const endless: Network = {
    ...network,
    features: (images, scope) => network.features(div(images, mul(images, 0)), scope),
  };
  await assert.rejects(quantizeClassifier({ ...model, network: endless }, batchOf(pixels), compile), {
    name: 'AdarandError',
    code: 'export.not-finite',
  });
});
