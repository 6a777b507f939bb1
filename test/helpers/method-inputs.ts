import type { Tensors } from '../../src/graph/tensor.js';
import { input } from '../../src/graph/value.js';
import type { Method } from '../../src/methods/method.js';
import { Random } from '../../src/random.js';
import { frozenFeatures } from '../../src/training/frozen-network.js';
import type { MethodLossInputs } from '../../src/training/method-loss.js';
import { statisticsOf } from '../../src/training/statistics.js';
import { arrayPrepareTools, type ImageArrays, type PrepareArrays } from './prepare-tools.js';
import { tinyNetwork } from './tiny-network.js';

/** How large a method's inputs are: B images of K classes, features of d numbers, S source classes. */
export interface Sizes {
  readonly batchSize: number;
  readonly classes: number;
  readonly featureSize: number;
  readonly sourceClasses: number;
}

export interface TestInputs {
  /** All that any method may ask for. */
  readonly inputs: MethodLossInputs;
  /** What it may look at before training: 3 B images of the target, as many of the source. */
  readonly tools: PrepareArrays;
}

/** Seeded inputs for any method. `labels` and `features` may be replaced by what a test is about. */
export function testInputs(
  { batchSize, classes, featureSize, sourceClasses }: Sizes,
  replaced: { readonly labels?: readonly number[]; readonly feature?: (i: number, j: number) => number } = {},
): TestInputs {
  const matrix = (stream: number, rows: number, columns = featureSize) => {
    const random = new Random(5, 'test', stream);
    return Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
  };
  const network = tinyNetwork(featureSize);
  const side = network.preprocessing.imageSize;
  const { feature } = replaced;
  const featuresOf = (stream: number, rows: number) =>
    feature === undefined
      ? matrix(stream, rows)
      : matrix(0, rows).map((row, i) => row.map((_, j) => feature(i, j)));
  const cycled = (rows: number, below: number) => Array.from({ length: rows }, (_, i) => i % below);
  const labels = replaced.labels ?? cycled(batchSize, classes);
  const images = (stream: number, below: number): ImageArrays => {
    const random = new Random(6, 'test', stream);
    const pixel = () => random.below(256);
    const n = 3 * Math.max(batchSize, below);
    return {
      features: featuresOf(stream, n),
      labels:
        stream === 1 && replaced.labels
          ? replaced.labels.concat(cycled(n, classes)).slice(0, n)
          : cycled(n, below),
      pixels: Array.from({ length: n }, () => Uint8Array.from({ length: side * side * 3 }, pixel)),
    };
  };
  const train = images(1, classes);
  const head = { weight: matrix(7, sourceClasses), bias: cycled(sourceClasses, 3) };
  const tools = {
    classes,
    sourceClasses,
    batchSize,
    train,
    network,
    pretrainedHead: head,
    val: images(2, classes),
    source: images(3, sourceClasses),
  };
  const { features, labels: allLabels } = tools.train;
  const trial = input('images', { dtype: 'float32', shape: [batchSize, 3, side, side] });
  const maps = [...frozenFeatures(network, trial).featureMaps];
  const featureMaps = Object.fromEntries(maps.map(([role, { shape }], i) => [role, numbers(8 + i, shape)]));
  const known = {
    features: {
      dtype: 'float32',
      shape: [allLabels.length, featureSize],
      data: Float32Array.from(features.flat()),
    },
    labels: Int32Array.from(allLabels),
  } as const;
  const weight = numbers(12, [3, 3]);
  const inputs: MethodLossInputs = {
    features: featuresOf(10, batchSize),
    labels,
    classes,
    featureMaps,
    statistics: statisticsOf(known, classes),
    logits: matrix(11, batchSize, classes),
    head: { weight: matrix(13, classes), bias: cycled(classes, 2) },
    parameters: [{ name: 'weight', kind: 'weight', value: weight, pretrained: numbers(14, [3, 3]).data }],
    pretrainedFeatureMaps: Object.fromEntries(
      Object.entries(featureMaps).map(([role, { shape }], i) => [role, numbers(20 + i, shape)]),
    ),
    pretrainedFeatures: featuresOf(15, batchSize),
    pretrainedLogits: matrix(16, batchSize, sourceClasses),
    sourceBatch: {
      features: featuresOf(17, batchSize),
      labels: cycled(batchSize, sourceClasses),
      classes: sourceClasses,
    },
  };
  return { inputs, tools };
}

/** The inputs with what the method prepares of them. */
export async function preparedInputs(
  method: Method,
  { inputs, tools }: TestInputs,
): Promise<MethodLossInputs> {
  const prepared: Tensors = (await method.bind(inputs.options).prepare?.(arrayPrepareTools(tools))) ?? {};
  return { ...inputs, prepared };
}

function numbers(stream: number, shape: readonly number[]) {
  const random = new Random(7, 'test', stream);
  const size = shape.reduce((product, n) => product * n, 1);
  return { shape, data: Float64Array.from({ length: size }, () => random.normal()) };
}
