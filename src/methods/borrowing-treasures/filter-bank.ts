import { AdarandError, at } from '../../errors.js';
import { Conv } from '../../graph/operators/conv.js';
import {
  cast,
  concat,
  constant,
  conv,
  reduceMean,
  reshape,
  sizeOf,
  sub,
  type Tensor,
  type Value,
} from '../../graph/ops.js';
import { floatsOf } from '../../graph/tensor.js';
import { input, topologicalOrder } from '../../graph/value.js';
import type { Computation, FrozenNetwork, ImageSet, PrepareTools } from '../prepare.js';
import { gaborBank } from './gabor.js';

export type FilterBankName = 'network' | 'gabor';

/** What the filters say of a few images. Lent until the next one. */
export interface Responses {
  /** [N, C, h, w] of each layer. */
  readonly maps: readonly Tensor<'float32'>[];
  /** The rows after these are padding. */
  readonly count: number;
}

/** Numbers that all maps of one batch may hold together: 64 MB. */
const BATCH_RESPONSES = 2 ** 24;
const LARGEST_BATCH = 64;

/** Runs a bank of filters over the images of a `prepare`. */
export class FilterBank {
  /** C of each layer. */
  readonly channels: readonly number[];
  readonly #tools: PrepareTools;
  readonly #computation: Computation;
  readonly #batchSize: number;
  readonly #onImages: (count: number) => void;

  private constructor(
    tools: PrepareTools,
    computation: Computation,
    shape: { readonly channels: readonly number[]; readonly batchSize: number },
    onImages: (count: number) => void,
  ) {
    this.channels = shape.channels;
    this.#batchSize = shape.batchSize;
    this.#tools = tools;
    this.#computation = computation;
    this.#onImages = onImages;
  }

  /**
   * `onImages` is called after each batch with its number of images.
   *
   * @throws AdarandError `method.filter-bank` for the network's filters where it has no convolution.
   */
  static async compile(
    tools: PrepareTools,
    bank: FilterBankName,
    onImages: (count: number) => void = () => {},
  ): Promise<FilterBank> {
    const { imageSize } = tools;
    const mapsOf = (batchSize: number) => {
      const pixels = input('pixels', { dtype: 'uint8', shape: [batchSize, imageSize, imageSize, 3] });
      return bank === 'gabor' ? gaborMaps(pixels) : networkMaps(tools.network, pixels);
    };
    const perImage = mapsOf(1).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const fitting = Math.max(1, Math.floor(BATCH_RESPONSES / perImage));
    const batchSize = Math.min(fitting, LARGEST_BATCH, tools.count('train'));
    const maps = mapsOf(batchSize);
    const computation = await tools.compile(new Map(maps.map((map, layer) => [`layer${layer}`, map])));
    const channels = maps.map(({ shape }) => at(shape, 1));
    return new FilterBank(tools, computation, { channels, batchSize }, onImages);
  }

  /** Every image of a set once, in order. */
  async *responses(images: ImageSet): AsyncGenerator<Responses, void, undefined> {
    for await (const { pixels, count } of this.#tools.batches(images, this.#batchSize)) {
      const outputs = await this.#computation.run(new Map([['pixels', pixels]]));
      yield { maps: this.channels.map((_, layer) => floatsOf(outputs, `layer${layer}`)), count };
      this.#onImages(count);
    }
  }

  release(): Promise<void> {
    return this.#computation.release();
  }
}

/**
 * The outputs [N, C, h, w] of the first two convolutions with kernels of their own that the images go through, before
 * any activation. The normalisation of pixels is none of them, although it may be written as one.
 */
export function networkMaps(network: FrozenNetwork, pixels: Value): Value[] {
  const images = network.images(pixels);
  const fromImages = new Set([images]);
  const byKernel = new Map<Value, Value>();
  for (const { operator, inputs, outputs } of topologicalOrder([network.features(images).features])) {
    if (!inputs.some((value) => fromImages.has(value))) continue;
    for (const output of outputs) fromImages.add(output);
    if (operator.name !== Conv.name) continue;
    const kernel = at(inputs, 1);
    if (!byKernel.has(kernel)) byKernel.set(kernel, at(outputs, 0));
  }
  if (byKernel.size === 0)
    throw new AdarandError(
      'method.filter-bank',
      'The network has no convolutions, whose filters images could be compared by',
      'Use --option bank=gabor.',
    );
  return [...byKernel.values()].slice(0, 2);
}

/**
 * Responses of the Gabor filters to the grey image (the mean of R, G and B, less the image's own mean, which is what
 * lies beyond its border), as one layer [N, 48, h, w]. About 64 x 64 positions are looked at.
 */
export function gaborMaps(pixels: Value): Value[] {
  const [count, height, width] = [at(pixels.shape, 0), at(pixels.shape, 1), at(pixels.shape, 2)];
  const grey = reshape(reduceMean(cast(pixels, 'float32'), [3]), [count, 1, height, width]);
  const centred = sub(grey, reduceMean(grey, [2, 3]));
  const stride = Math.max(1, Math.round(Math.min(height, width) / 64));
  const maps = gaborBank().map(({ radius, kernels }) =>
    conv(centred, constant(kernels), undefined, {
      strides: [stride, stride],
      pads: [radius, radius, radius, radius],
      dilations: [1, 1],
      group: 1,
    }),
  );
  return [concat(maps, 1)];
}
