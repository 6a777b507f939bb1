import { type DatasetImage, evalBatches } from '../../data/index.js';
import { AdarandError, at } from '../../errors.js';
import { firstNotFinite } from '../../graph/first-not-finite.js';
import { float32, floatsOf, zeros } from '../../graph/tensor.js';
import { input, type Value } from '../../graph/value.js';
import type { Computation, LabelledFeatures } from '../../methods/prepare.js';
import type { Network } from '../../nn/network.js';
import { Program } from '../../runtime/program.js';
import { State } from '../../runtime/state.js';
import { frozenFeatures, frozenTensors } from '../../training/frozen-network.js';
import { PIXELS } from '../../training/input-names.js';
import { normalize } from '../../training/normalize.js';
import { type RunHost, watched } from '../events.js';
import { cachedFeatures } from './feature-cache.js';
import type { RunInputs } from './run-inputs.js';

/** The pretrained network, compiled into graphs on request. */
export class FrozenModel {
  readonly #inputs: RunInputs;
  readonly #host: RunHost;
  readonly #state: State;

  private constructor(inputs: RunInputs, host: RunHost, state: State) {
    this.#inputs = inputs;
    this.#host = host;
    this.#state = state;
  }

  static async create(inputs: RunInputs, host: RunHost): Promise<FrozenModel> {
    const state = await State.for(inputs.compile);
    for (const [name, tensor] of frozenTensors(inputs.network)) state.add(name, tensor);
    return new FrozenModel(inputs, host, state);
  }

  /** A graph over the frozen tensors and inputs of its own. */
  async compile(outputs: ReadonlyMap<string, Value>): Promise<Computation> {
    const program = await Program.compile({ outputs, updates: new Map() }, this.#inputs.compile);
    return { run: (feeds) => program.run(this.#state, feeds), release: () => program.release() };
  }

  /** Features of un-augmented images, from the cache on disk where it has them. */
  async features(images: readonly DatasetImage[]): Promise<LabelledFeatures> {
    const { network, compile } = this.#inputs;
    const features = await cachedFeatures(images, { network, device: compile.device }, async () => {
      this.#host.emit({ type: 'phase', phase: 'statistics' });
      return this.#compute(images);
    });
    return { features, labels: Int32Array.from(images, ({ label }) => label) };
  }

  /** What was compiled may not run afterwards. */
  release(): void {
    this.#state.release();
  }

  async #compute(images: readonly DatasetImage[]) {
    const { network, cache } = this.#inputs;
    const { imageSize, resizeSize } = network.preprocessing;
    const batchSize = Math.min(32, images.length);
    const pixels = input(PIXELS, { dtype: 'uint8', shape: [batchSize, imageSize, imageSize, 3] });
    const { features } = frozenFeatures(network, normalize(pixels, network.preprocessing));
    const computation = await this.compile(new Map([['features', features]]));
    const result = zeros('float32', [images.length, network.featureSize]);
    const buffer = zeros('uint8', pixels.shape);
    const batches = evalBatches(images, { batchSize, imageSize, resizeSize, cache });
    const progress = { phase: 'statistics', total: Math.ceil(images.length / batchSize) } as const;
    let row = 0;
    try {
      for await (const batch of watched(batches, this.#host, progress)) {
        buffer.data.set(batch.pixels);
        const { data } = floatsOf(await computation.run(new Map([[PIXELS, buffer]])), 'features');
        const rows = data.subarray(0, batch.count * network.featureSize);
        requireFinite(rows, network, (i) => at(images, row + i));
        result.data.set(rows, row * network.featureSize);
        row += batch.count;
      }
    } finally {
      await computation.release();
    }
    return float32(result.shape, result.data);
  }
}

/** @throws AdarandError `model.not-finite`, with the first image of which a feature is not finite. */
function requireFinite(
  features: Float32Array,
  { name, featureSize }: Network,
  imageAt: (row: number) => DatasetImage,
): void {
  const place = firstNotFinite(features);
  if (place < 0) return;
  const { image, name: imageName } = imageAt(Math.floor(place / featureSize));
  throw new AdarandError(
    'model.not-finite',
    `${name}: feature ${place % featureSize} of ${image.kind === 'file' ? image.path : imageName} is ${features[place]}`,
    'The model is damaged, or made for images that are scaled otherwise: check image_mean and image_std of its ' +
      'preprocessor_config.json, or choose another --model.',
  );
}
