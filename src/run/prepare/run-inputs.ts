import { contentsOf, type Dataset, formatReport, type ImageCache, openDataset } from '../../data/index.js';
import type { BoundMethod } from '../../methods/method.js';
import type { HubSource } from '../../models/hub/source.js';
import { licencesIn } from '../../models/licence.js';
import { locateModel } from '../../models/locate.js';
import { openLocated } from '../../models/open.js';
import type { Network } from '../../nn/network.js';
import type { CompileOptions } from '../../runtime/program.js';
import { compileOptionsFor, fallbackOf } from '../device/compile-options.js';
import { type RunHost, throwIfStopped } from '../events.js';
import type { AskedOptions } from '../options/train-options.js';
import { checkExport, checkNetwork } from './check-needs.js';
import { hubHost } from './hub-host.js';
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

/**
 * `recorded` is where the model of a run that is resumed came from.
 *
 * @throws AdarandError for whatever is wrong with the device, the model, the images, or what the method needs of them.
 */
export async function openInputs(
  options: AskedOptions,
  method: BoundMethod,
  host: RunHost,
  recorded?: HubSource,
): Promise<RunInputs> {
  const compile = await compileOptionsFor(options.device, options.threads);
  const fallback = await fallbackOf(compile);
  if (fallback !== undefined) host.emit({ type: 'remark', text: fallback });
  host.emit({ type: 'phase', phase: 'model' });
  const { imageSize, features, logits } = options;
  // A mistake in the folder's name is told before a model is downloaded for it.
  await contentsOf(options.data);
  const located = await locateModel(options.model, hubHost(options.model, host), recorded);
  const network = await openLocated(located, {
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(features === undefined ? {} : { features }),
    ...(logits === undefined ? {} : { logits }),
    selfCheck: { threads: compile.threads },
  });
  const modelSource = located.source;
  const licences = located.kind === 'folder' ? await licencesIn(located.path) : [];
  for (const note of network.notes ?? []) host.emit({ type: 'remark', text: `model: ${note}` });
  checkNetwork(method, network);
  throwIfStopped(host);
  const cache = sharedImages(network.preprocessing.imageSize);
  const { seed, trainFraction, valFraction, valFold, testFraction } = options;
  const splits = { seed, trainFraction, valFraction, valFold, testFraction };
  const dataset = await open(options.data, splits, cache, host);
  host.emit({ type: 'data', lines: formatReport(dataset.report), report: dataset.report });
  checkExport(network, dataset.classes);
  const openAt = (imageSize: number) =>
    openLocated(located, { imageSize, ...(features !== undefined && { features }) });
  const inputs = { dataset, cache, network, modelSource, licences, compile, openAt };
  if (options.source === undefined) return { ...inputs, source: undefined };
  const whole = { seed, valFraction: 0, testFraction: 0 };
  const source = sourceImages(await open(options.source, whole, cache, host), dataset);
  host.emit({ type: 'data', lines: describeSource(source), report: source.dataset.report });
  return { ...inputs, source };
}

async function open(
  path: string,
  splits: Pick<AskedOptions, 'seed' | 'valFraction' | 'testFraction'> &
    Partial<Pick<AskedOptions, 'trainFraction' | 'valFold'>>,
  cache: ImageCache,
  host: RunHost,
): Promise<Dataset> {
  host.emit({ type: 'phase', phase: 'data' });
  return openDataset(path, {
    ...splits,
    cache,
    onProgress(done, total) {
      throwIfStopped(host);
      host.emit({ type: 'progress', phase: 'data', done, total });
    },
  });
}
