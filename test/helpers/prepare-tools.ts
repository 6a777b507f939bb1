import { at } from '../../src/errors.js';
import { interpret } from '../../src/graph/interpret.js';
import { float32, type Tensor, zeros } from '../../src/graph/tensor.js';
import type { Value } from '../../src/graph/value.js';
import type { EvaluationBatch, ImageSet, PrepareTools } from '../../src/methods/prepare.js';
import type { Network } from '../../src/nn/network.js';
import { frozenNetwork, frozenTensors } from '../../src/training/frozen-network.js';

/** Images of one set as a test lists them. */
export interface ImageArrays {
  /** [n][d] */
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly number[];
  /** [n][H * W * 3], only for what looks at pixels; H and W as the network's preprocessing has them. */
  readonly pixels?: readonly ArrayLike<number>[];
}

export interface PrepareArrays {
  readonly classes: number;
  readonly train: ImageArrays;
  readonly val?: ImageArrays;
  readonly source?: ImageArrays;
  readonly sourceClasses?: number;
  /** weight [S][d], bias [S] */
  readonly pretrainedHead?: {
    readonly weight: readonly (readonly number[])[];
    readonly bias: readonly number[];
  };
  readonly batchSize?: number;
  readonly seed?: number;
  readonly network?: Network;
}

/** The tools of `prepare` over given arrays; graphs are interpreted in double precision, their results rounded to float32. */
export function arrayPrepareTools(given: PrepareArrays): PrepareTools {
  const { network, pretrainedHead, train } = given;
  const imagesOf = (set: ImageSet): ImageArrays => given[set] ?? { features: [], labels: [] };
  const featureSize = train.features[0]?.length ?? network?.featureSize ?? 0;
  const imageSize = network?.preprocessing.imageSize ?? 0;
  const tensors = network === undefined ? new Map<string, Tensor>() : frozenTensors(network);
  return {
    classes: given.classes,
    featureSize,
    batchSize: given.batchSize ?? 4,
    seed: given.seed ?? 0,
    network: network === undefined ? noNetwork : frozenNetwork(network),
    pretrainedHead: pretrainedHead && {
      weight: matrix(pretrainedHead.weight),
      bias: float32([pretrainedHead.bias.length], pretrainedHead.bias),
      classes: pretrainedHead.bias.map((_, i) => `class ${i}`),
    },
    sourceClasses: given.sourceClasses ?? 1 + Math.max(-1, ...(given.source?.labels ?? [])),
    count: (set) => imagesOf(set).labels.length,
    features: async (set) => {
      const { features, labels } = imagesOf(set);
      return { features: matrix(features, featureSize), labels: Int32Array.from(labels) };
    },
    imageSize,
    batches(set, batchSize, positions) {
      const { labels, pixels = [] } = imagesOf(set);
      const chosen = positions ?? labels.map((_, i) => i);
      return batchesOf(
        Array.from(chosen, (i) => ({ label: at(labels, i), pixels: at(pixels, i) })),
        imageSize,
        batchSize,
      );
    },
    compile: async (outputs) => ({
      run: async (feeds) => compute(outputs, new Map([...tensors, ...feeds])),
      release: async () => {},
    }),
    progress() {},
  };
}

const missing = (): never => {
  throw new Error('the test gives no network');
};
const noNetwork = { featureMaps: [], images: missing, features: missing, featuresFrom: missing };

function compute(outputs: ReadonlyMap<string, Value>, feeds: ReadonlyMap<string, Tensor>) {
  const doubles = new Map([...feeds].map(([name, { data }]) => [name, Float64Array.from(data, Number)]));
  const results = interpret([...outputs.values()], doubles);
  const entries = [...outputs].map(([name, { shape }], i): [string, Tensor] => [
    name,
    float32(shape, Float32Array.from(at(results, i))),
  ]);
  return new Map(entries);
}

async function* batchesOf(
  images: readonly { readonly label: number; readonly pixels: ArrayLike<number> }[],
  side: number,
  batchSize: number,
): AsyncGenerator<EvaluationBatch> {
  for (let start = 0; start < images.length; start += batchSize) {
    const count = Math.min(batchSize, images.length - start);
    const rows = Array.from({ length: batchSize }, (_, i) => at(images, start + Math.min(i, count - 1)));
    const pixels = zeros('uint8', [batchSize, side, side, 3]);
    rows.forEach((row, i) => {
      pixels.data.set(row.pixels, i * side * side * 3);
    });
    yield { pixels, labels: Int32Array.from(rows, ({ label }) => label), count };
  }
}

function matrix(rows: readonly (readonly number[])[], width = rows[0]?.length ?? 0): Tensor<'float32'> {
  return float32([rows.length, width], rows.flat());
}
