import { join } from 'node:path';
import type { z } from 'zod';
import type { Dataset } from '../../data/index.js';
import { AdarandError, at } from '../../errors.js';
import { writeChunksAtomic } from '../../files/atomic.js';
import { makeFolder } from '../../files/make-folder.js';
import { type RunHost, STOPPED } from '../events.js';
import { failureOf } from '../failure.js';
import { fingerprintDataset } from '../folder/fingerprint.js';
import type { CheckedRun, checkRunsSchema } from '../operations/check-runs.js';
import { checkOptions } from '../options/check-options.js';
import { fittingBatch } from '../options/fitting-batch.js';
import { parseOptions } from '../options/parse-options.js';
import { percentOf } from '../options/percent-of.js';
import { type PresetName, presetOptions } from '../options/preset.js';
import { decideOptimizer, resolveSettings } from '../options/settings.js';
import { DEFAULT_EPOCHS, type RunOptions, trainOptionsSchema } from '../options/train-options.js';
import { checkEffect } from './check-effect.js';
import { groupRates } from './group-rates.js';
import { type Openers, openers, openInputs } from './run-inputs.js';
import { stepMemory } from './step-memory.js';

type Request = z.output<typeof checkRunsSchema>;

/**
 * Checks runs as far as training one does before it computes anything, with each network and folder opened once. What is
 * wrong with one of them is its answer; their images are listed in `splits`.
 *
 * @throws AdarandError `run.stopped`, `files.write`.
 */
export async function checkAll({ preset, splits, runs }: Request, host: RunHost): Promise<CheckedRun[]> {
  const open = openedOnce();
  const quiet = saidOnce(runs, host);
  const lists = new SplitLists(splits);
  const checked: CheckedRun[] = [];
  for (const run of runs)
    try {
      const { given, dataset } = run;
      const { ready, images, options } = await checkRun(given, preset, quiet(run), open);
      await lists.write(dataset, options, images);
      checked.push(ready);
    } catch (error) {
      if (!(error instanceof AdarandError) || error.code === STOPPED || error.code.startsWith('files.'))
        throw error;
      checked.push({ status: 'refused', error: failureOf(error) });
    }
  return checked;
}

type AskedRun = Request['runs'][number];

/**
 * What is said of data and model would be said again for every run. Of a dataset, that is said which the first of the runs
 * with most of its images says, and of source images, what the first one says.
 */
function saidOnce(runs: readonly AskedRun[], host: RunHost): (run: AskedRun) => RunHost {
  const shareOf = ({ given }: AskedRun) => Number(given.trainFraction ?? 1);
  const telling = new Map<string, AskedRun>();
  for (const run of runs) {
    const before = telling.get(run.dataset);
    if (before === undefined || shareOf(run) > shareOf(before)) telling.set(run.dataset, run);
  }
  const sources = new Set<string>();
  return (run) => ({
    ...host,
    emit(event) {
      if (event.type === 'progress' || event.type === 'phase') host.emit(event);
      if (event.type !== 'data') return;
      const { path } = event.report;
      const isNew = path === run.given.data ? telling.get(run.dataset) === run : !sources.has(path);
      if (path !== run.given.data) sources.add(path);
      if (isNew) host.emit(event);
    },
  });
}

async function checkRun(
  given: Readonly<Record<string, unknown>>,
  preset: PresetName,
  host: RunHost,
  open: Openers,
): Promise<{
  readonly ready: CheckedRun;
  readonly images: Dataset;
  readonly options: RunOptions;
}> {
  const asked = await checkOptions(parseOptions(trainOptionsSchema, given));
  const { method } = asked;
  const inputs = await openInputs(asked.options, method, host, undefined, open);
  const { dataset, network } = inputs;
  if (dataset.test.images.length === 0)
    throw new AdarandError(
      'compare.no-test',
      `${asked.options.data} has no test images to compare by`,
      'Give it a folder test/, or choose a --test-fraction above 0.',
    );
  const memory = await stepMemory(
    inputs,
    groupRates(asked.options, method, network),
    decideOptimizer(asked.options, network).optimizer,
  );
  const presets = presetOptions(preset, {
    images: dataset.train.images.length,
    hasBatchNorm: network.buffers.size > 0,
    replacesWeightDecay: method.replacesWeightDecay ?? false,
    given: asked.options,
    fitting: (batchSize) => fittingBatch(batchSize, memory),
  });
  const left = Object.fromEntries(Object.entries(presets).filter(([key]) => given[key] === undefined));
  const parsed = (await checkOptions(parseOptions(trainOptionsSchema, { ...left, ...given }))).options;
  const options = { ...decideOptimizer(parsed, network), epochs: parsed.epochs ?? DEFAULT_EPOCHS };
  const settings = resolveSettings(options, { dataset, network, method, memory });
  const lambda = options.lambda ?? method.defaultLambda;
  const ready: CheckedRun = {
    status: 'ready',
    remarks: checkEffect(options, { batchSize: settings.batchSize, lambda }, { dataset, network, method }),
    preset: left,
    train: dataset.train.images.length,
    val: dataset.val.images.length,
    test: dataset.test.images.length,
    cutsTest: dataset.report.cutFromTrain.includes('test'),
    least: atLeastOne(dataset, options.trainFraction),
    fingerprint: fingerprintDataset(dataset),
    step_bytes: memory.bytesOf(settings.batchSize),
    memory_bytes: memory.limit ?? null,
  };
  return { ready, images: dataset, options };
}

/** Classes that have an image only because none is left without. */
function atLeastOne({ classes, train, unused }: Dataset, fraction: number): string[] {
  const counts = classes.map(() => ({ taken: 0, all: 0 }));
  for (const { label } of train.images) at(counts, label).taken += 1;
  for (const { label } of [...train.images, ...unused.images]) at(counts, label).all += 1;
  return classes.filter((_, label) => {
    const { taken, all } = at(counts, label);
    return taken === 1 && fraction * all < 0.5;
  });
}

/** Networks and folders by what names them. */
function openedOnce(): Openers {
  const networks = new Map<string, ReturnType<Openers['network']>>();
  const folders = new Map<string, ReturnType<Openers['images']>>();
  const once = <T>(known: Map<string, T>, key: string, make: () => T): T => {
    const made = known.get(key) ?? make();
    known.set(key, made);
    return made;
  };
  return {
    network(options, threads, host, recorded) {
      const { model, imageSize, features, logits } = options;
      const key = JSON.stringify([model, imageSize, features, logits]);
      return once(networks, key, () => openers.network(options, threads, host, recorded));
    },
    images: (path, cache, host) => once(folders, path, () => openers.images(path, cache, host)),
  };
}

/** Lists of images as `sha256sum` writes and checks them: a line for each, its digest and its path inside the folder. */
class SplitLists {
  readonly #folder: string;
  readonly #written = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(
    name: string,
    { seed, trainFraction }: Pick<RunOptions, 'seed' | 'trainFraction'>,
    { train, val, test }: Dataset,
  ): Promise<void> {
    const lists = { [percentOf(trainFraction)]: train, val, test };
    for (const [part, { images }] of Object.entries(lists)) {
      const file = `${name}-seed-${seed}-${part}.txt`;
      if (this.#written.has(file)) continue;
      this.#written.add(file);
      await makeFolder(this.#folder);
      const lines = images.map((image) => `${image.digest}  ${image.name}\n`);
      await writeChunksAtomic(join(this.#folder, file), [Buffer.from(lines.join(''))]);
    }
  }
}
