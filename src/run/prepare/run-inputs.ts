import {
  contentsOf,
  type Dataset,
  formatReport,
  type ImageCache,
  readDataset,
  type SplitOptions,
} from '../../data/index.js';
import type { BoundMethod } from '../../methods/method.js';
import type { HubSource } from '../../models/hub/source.js';
import { licencesIn } from '../../models/licence.js';
import { openLocated } from '../../models/open.js';
import type { Network } from '../../nn/network.js';
import type { CompileOptions } from '../../runtime/program.js';
import { compileOptionsFor } from '../device/compile-options.js';
import { type RunHost, throwIfStopped } from '../events.js';
import type { AskedOptions } from '../options/train-options.js';
import { checkExport, checkNetwork } from './check-needs.js';
import { locateRunModel } from './locate-model.js';
import { withRememberedFiles } from './remembered-files.js';
import { sharedImages } from './shared-images.js';
import { describeSource, type SourceImages, sourceImages } from './source-images.js';

/** A run's data and network, opened, and how to compile for its device. */
export interface RunInputs {
  readonly dataset: Dataset;
  /** Source images, for a method that trains on them. */
  readonly source: SourceImages | undefined;
  readonly cache: ImageCache;
  /** Loses its values when a trainer has taken them over. */
  network: Network;
  /** For a model of the hub. */
  readonly modelSource: HubSource | undefined;
  /** Those that the model's description names. */
  readonly licences: readonly string[];
  readonly compile: CompileOptions;
  /** The same model for images of another size. @throws AdarandError where it takes no such images. */
  openAt(imageSize: number): Promise<Network>;
}

/** What is opened for a run. Whoever opens the inputs of many runs may open the same thing once. */
export interface Openers {
  network(
    options: NetworkOptions,
    threads: number | undefined,
    host: RunHost,
    recorded: HubSource | undefined,
  ): Promise<OpenedNetwork>;
  /** Reads all images of a folder; what it returns splits them. */
  images(path: string, cache: ImageCache, host: RunHost): Promise<(splits: SplitOptions) => Dataset>;
}

type NetworkOptions = Pick<AskedOptions, 'model' | 'imageSize' | 'features' | 'logits'>;

export type OpenedNetwork = Pick<RunInputs, 'network' | 'modelSource' | 'licences' | 'openAt'>;

/** What is known of a run that is resumed. */
export interface Begun {
  /** Where its model came from. */
  readonly model: HubSource | undefined;
  /** @throws AdarandError where its images, or its source images, are not what it began with. */
  readonly images: (dataset: Dataset) => Promise<void>;
  readonly source: (source: SourceImages) => Promise<void>;
}

/**
 * @throws AdarandError for whatever is wrong with the device, the model, the images, or what the method needs of them.
 */
export async function openInputs(
  options: AskedOptions,
  method: BoundMethod,
  host: RunHost,
  begun?: Begun,
  open: Openers = openers,
): Promise<RunInputs> {
  const say = (text: string) => host.emit({ type: 'remark', text });
  const compile = await compileOptionsFor(options.device, options.threads, say);
  host.emit({ type: 'phase', phase: 'model' });
  // A mistake in the folder's name is told before a model is downloaded for it.
  await contentsOf(options.data);
  const opened = await open.network(options, compile.threads, host, begun?.model);
  const { network } = opened;
  for (const note of network.notes ?? []) host.emit({ type: 'remark', text: `model: ${note}` });
  checkNetwork(method, network);
  throwIfStopped(host);
  const cache = sharedImages(network.preprocessing.imageSize);
  const { seed, trainFraction, valFraction, valFold, testFraction } = options;
  host.emit({ type: 'phase', phase: 'data' });
  const splitImages = await open.images(options.data, cache, host);
  const dataset = splitImages({ seed, trainFraction, valFraction, valFold, testFraction });
  await begun?.images(dataset);
  host.emit({ type: 'data', lines: formatReport(dataset.report), report: dataset.report });
  checkExport(network, dataset.classes);
  const inputs = { dataset, cache, compile, ...opened };
  if (options.source === undefined) return { ...inputs, source: undefined };
  host.emit({ type: 'phase', phase: 'data' });
  const splitSource = await open.images(options.source, cache, host);
  const source = sourceImages(splitSource({ seed, valFraction: 0, testFraction: 0 }), dataset);
  await begun?.source(source);
  host.emit({ type: 'data', lines: describeSource(source), report: source.dataset.report });
  return { ...inputs, source };
}

/** Opens everything each time. */
export const openers: Openers = {
  async network({ model, imageSize, features, logits }, threads, host, recorded) {
    const located = await locateRunModel(model, host, recorded);
    const parts = { ...(features !== undefined && { features }), ...(logits !== undefined && { logits }) };
    const network = await openLocated(located, {
      ...parts,
      ...(imageSize !== undefined && { imageSize }),
      selfCheck: { threads },
    });
    return {
      network,
      modelSource: located.source,
      licences: located.kind === 'folder' ? await licencesIn(located.path) : [],
      openAt: (imageSize) => openLocated(located, { ...parts, imageSize }),
    };
  },
  images: (path, cache, host) =>
    withRememberedFiles(path, cache.shorterSide, (remembered) =>
      readDataset(path, {
        cache,
        remembered,
        onProgress(done, total) {
          throwIfStopped(host);
          host.emit({ type: 'progress', phase: 'data', done, total });
        },
      }),
    ),
};
