import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { backboneReferenceSchema } from '../../../../test/helpers/backbone-reference.js';
import { goldenFolder, readGolden } from '../../../../test/helpers/golden.js';
import { tensorOf } from '../../../../test/helpers/lcg.js';
import { structuredBatches } from '../../../../test/helpers/structured-images.js';
import { argMax } from '../../../analysis/arg-max.js';
import { at } from '../../../errors.js';
import { ModelProtoSchema } from '../../../graph/onnx/onnx_pb.js';
import { input } from '../../../graph/value.js';
import { cifarResNet } from '../../../nn/cifar-resnet.js';
import type { Network } from '../../../nn/network.js';
import { recordingScope } from '../../../nn/scope.js';
import { compileOptionsFor } from '../../../run/device/compile-options.js';
import { Program } from '../../../runtime/program.js';
import { State } from '../../../runtime/state.js';
import { PIXELS } from '../../../training/input-names.js';
import { normalize } from '../../../training/normalize.js';
import { parseConfig } from '../../config.js';
import { networkOf } from '../../detect.js';
import { type ClassifierGraph, classifierGraph } from '../classifier-graph.js';
import { TRACED_IMAGES } from '../free-batch.js';
import { classify } from './classify.js';
import { quantizeClassifier, quantizedFile } from './quantize.js';

const compile = await compileOptionsFor('cpu', 1);

/** Small networks of every family, most of them as other libraries name their tensors. */
const networks = new Map<string, () => Network>([
  ['cifar-resnet', () => cifarResNet(8, { seed: 1 })],
  ...readdirSync(goldenFolder()).flatMap((file) => {
    const name = file.replace('.json', '');
    return name.startsWith('backbone-') ? [[name, () => referenceNetwork(name)] as const] : [];
  }),
]);

function referenceNetwork(name: string): Network {
  const { tensors = [], config, images } = readGolden(name, backboneReferenceSchema);
  const file = new Map(tensors.map((recipe) => [recipe.name, tensorOf(recipe)]));
  const parsed = config === null ? undefined : parseConfig(JSON.stringify(config), 'config.json');
  return networkOf(file, name, { config: parsed?.architecture, imageSize: images.shape[2] });
}

for (const [name, open] of networks)
  test(`${name}: most answers are the same in 8 bits, of standard operators only`, async () => {
    const network = await settled(open());
    const weight = tensorOf({ shape: [5, network.featureSize], seed: 3, scale: 1, offset: 0 });
    const bias = tensorOf({ shape: [5], seed: 4, scale: 0.1, offset: 0 });
    const model = { network, head: { weight, bias, classes: ['ash', 'birch', 'cedar', 'elm', 'fir'] } };
    const small = await quantizeClassifier(model, imagesFor(network, 1), compile);
    const [float, eight] = [
      await logitsOf(classifierGraph(model, { halve: false }), network),
      await logitsOf(small, network),
    ];
    const same = float.filter((row, i) => argMax(row) === argMax(at(eight, i))).length;
    assert.ok(same >= 33, `the same class for ${same} of ${float.length} images`);
    // Small random networks with BatchNorm say much the same of all images, and what differs is small.
    const noise = noiseOf(float, eight);
    if (network.buffers.size === 0) assert.ok(noise < 0.08, `noise ${noise}`);

    const file = fromBinary(ModelProtoSchema, quantizedFile(small, network.preprocessing));
    assert.deepEqual(
      file.opsetImport.map(({ domain }) => domain),
      [''],
    );
    const nodes = file.graph?.node ?? [];
    assert.ok(nodes.every(({ domain }) => domain === ''));
    assert.ok(nodes.filter(({ opType }) => opType === 'QuantizeLinear').length > 4);
  });

function imagesFor({ preprocessing: { imageSize } }: Network, seed: number) {
  return structuredBatches({ batches: 4, batchSize: TRACED_IMAGES, imageSize, seed });
}

async function logitsOf(graph: ClassifierGraph, network: Network): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for await (const row of classify(graph, network.preprocessing, imagesFor(network, 1000), compile))
    rows.push(row.slice());
  return rows;
}

/** The norm of the differences, over that of how the images differ. */
function noiseOf(float: readonly Float32Array[], eight: readonly Float32Array[]): number {
  const means = at(float, 0).map(
    (_, k) => float.reduce((total, row) => total + at(row, k), 0) / float.length,
  );
  let error = 0;
  let spread = 0;
  float.forEach((row, i) => {
    row.forEach((logit, k) => {
      error += (logit - at(at(eight, i), k)) ** 2;
      spread += (logit - at(means, k)) ** 2;
    });
  });
  return Math.sqrt(error / spread);
}

/** The network with running statistics as after training: with those of a random one, all images look the same. */
async function settled(network: Network): Promise<Network> {
  if (network.buffers.size === 0) return network;
  const { imageSize } = network.preprocessing;
  const type = { dtype: 'uint8', shape: [TRACED_IMAGES, imageSize, imageSize, 3] } as const;
  const scope = recordingScope(network, { training: true });
  const features = network.features(normalize(input(PIXELS, type), network.preprocessing), scope);
  const state = new State();
  for (const [name, { tensor }] of network.parameters) state.add(name, tensor);
  for (const [name, tensor] of network.buffers) state.add(name, tensor);
  const outputs = new Map([['features', features]]);
  const program = await Program.compile({ outputs, updates: scope.bufferUpdates }, compile);
  for await (const { pixels } of imagesFor(network, 1))
    for (let step = 0; step < 8; step++)
      await program.run(state, new Map([[PIXELS, { ...type, data: pixels }]]));
  await program.release();
  const now = (name: string) => {
    const tensor = state.get(name);
    assert.ok(tensor.dtype === 'float32');
    return { ...tensor, data: tensor.data.slice() };
  };
  return { ...network, buffers: new Map([...network.buffers.keys()].map((name) => [name, now(name)])) };
}
