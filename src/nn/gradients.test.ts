import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradientDistance, readGolden } from '../../test/helpers/golden.js';
import { gradientsSchema, type gradientsSchema as Schema } from '../../test/helpers/golden-schemas.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { runGraph } from '../../test/helpers/run-graph.js';
import { gradients } from '../autodiff/gradients.js';
import { at } from '../errors.js';
import { logSoftmax } from '../graph/operators/log-softmax.js';
import { mul } from '../graph/operators/mul.js';
import { reduceSum } from '../graph/operators/reduce-sum.js';
import { reshape } from '../graph/operators/reshape.js';
import { matrix } from '../graph/shapes.js';
import { float32, type Tensor } from '../graph/tensor.js';
import { constant, input, type Value } from '../graph/value.js';
import { nodeDriver } from '../runtime/node.js';
import { cifarResNet } from './cifar-resnet.js';
import { linear } from './functional.js';
import { mobileNetV2 } from './mobilenet-v2.js';
import type { Weights } from './naming/naming.js';
import type { Network } from './network.js';
import { recordingScope } from './scope.js';
import { vit } from './vit/vit.js';

type Golden = ReturnType<typeof Schema.parse>;

const smallMobileNet = {
  stem: 8,
  last: 32,
  samePadding: 'stem',
  groups: [
    { expansion: 1, channels: 8, repeats: 1, stride: 1 },
    { expansion: 4, channels: 16, repeats: 2, stride: 2 },
    { expansion: 4, channels: 24, repeats: 1, stride: 2 },
  ],
} as const;

const cases: Readonly<Record<string, (tensors: Weights) => Network>> = {
  'gradients-resnet20-silu': (tensors) => cifarResNet(20, { tensors }, { activation: 'silu' }),
  'gradients-resnet20-relu': (tensors) => cifarResNet(20, { tensors }),
  'gradients-vit': (tensors) => vit({ imageSize: 16, patch: 4, width: 32, depth: 2, heads: 4 }, { tensors }),
  'gradients-mobilenetv2-silu': (tensors) =>
    mobileNetV2({ tensors }, { ...smallMobileNet, activation: 'silu' }),
  'gradients-mobilenetv2-relu6': (tensors) => mobileNetV2({ tensors }, smallMobileNet),
};

/** Smooth networks must meet this; kinked ones are allowed twice PyTorch's own float32 error where that is more. */
const TOLERANCE = 1e-5;

for (const [name, build] of Object.entries(cases))
  test(`${name}: features, gradients and running statistics agree with PyTorch`, async () => {
    const golden = readGolden(name, gradientsSchema);
    const smooth = golden.activation === 'silu' || golden.activation === 'gelu';
    const tensors = new Map([...golden.parameters, ...golden.buffers].map((t) => [t.name, tensorOf(t)]));
    const network = build(tensors);
    const run = await step(network, golden, tensors);

    const features = Float64Array.from(golden.features.flat());
    assert.ok(distance(run.features, features) <= TOLERANCE * norm(features), 'features');
    assert.ok(Math.abs(run.loss - golden.loss) <= TOLERANCE * golden.loss, `loss ${run.loss}`);
    for (const parameter of golden.parameters) {
      const error = gradientDistance(parameter, golden.signSeeds, run.gradient(parameter.name));
      // A gradient that is 0 in exact arithmetic is compared with all of them.
      const scale = parameter.norm > 0 ? parameter.norm : golden.gradientNorm;
      const allowed = Math.max(TOLERANCE * scale, smooth ? 0 : 2 * parameter.float32Distance);
      assert.ok(error <= allowed, `${parameter.name}: ${error / scale} of its norm`);
    }
    assert.deepEqual(new Set(network.buffers.keys()), new Set(golden.buffers.map((buffer) => buffer.name)));
    for (const buffer of golden.buffers) {
      const after = run.buffer(buffer.name);
      const error = distance(after, Float64Array.from(buffer.after));
      assert.ok(error <= TOLERANCE * Math.max(norm(after), 1), `${buffer.name}: ${error}`);
    }
  });

/** One training step's loss and gradients, by ONNX Runtime. */
async function step(network: Network, golden: Golden, tensors: ReadonlyMap<string, Tensor<'float32'>>) {
  const head = network.pretrainedHead;
  assert.ok(head !== undefined);
  const scope = recordingScope(network, { training: true });
  const images = input('images', { dtype: 'float32', shape: golden.images.shape });
  const features = network.features(images, scope);
  const headNames = golden.parameters.map(({ name }) => name).filter((name) => !network.parameters.has(name));
  assert.equal(headNames.length, 2);
  const targets = new Map(scope.parameters);
  for (const name of headNames) targets.set(name, input(name, found(tensors, name)));
  const [weight, bias] = headNames.map((name) => targets.get(name));
  assert.ok(weight !== undefined && bias !== undefined);
  const loss = crossEntropy(linear(features, weight, bias), golden.labels);
  const outputs = [
    features,
    loss,
    ...gradients(loss, [...targets.values()]),
    ...scope.bufferUpdates.values(),
  ];
  const feeds = new Map<string, Tensor>([...tensors, ['images', tensorOf(golden.images)]]);
  const results = (await runGraph(nodeDriver, 'cpu', outputs, feeds)).map(floats);
  const names = [...targets.keys(), ...scope.bufferUpdates.keys()];
  const named = new Map(names.map((name, i) => [name, at(results, i + 2)]));
  return {
    features: at(results, 0),
    loss: at(at(results, 1), 0),
    gradient: (name: string) => found(named, name),
    buffer: (name: string) => found(named, name),
  };
}

function crossEntropy(logits: Value, labels: readonly number[]): Value {
  const [batch, classes] = matrix(logits.shape);
  const oneHot = new Float32Array(batch * classes);
  labels.forEach((label, i) => {
    oneHot[i * classes + label] = -1 / batch;
  });
  const picked = mul(logSoftmax(logits), constant(float32([batch, classes], oneHot)));
  return reshape(reduceSum(picked), []);
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  assert.ok(value !== undefined, `nothing called ${name}`);
  return value;
}

function floats(tensor: Tensor): Float32Array {
  assert.ok(tensor.dtype === 'float32');
  return tensor.data;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Math.hypot(...Array.from(a, (value, i) => value - at(b, i)));
}

function norm(a: ArrayLike<number>): number {
  return Math.hypot(...Array.from(a));
}
