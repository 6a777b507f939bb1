/** Readers of what a search of options wrote. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '../../src/cli/watch/describe.js';
import { openTuneFolder } from '../../src/experiments/tune/tune-folder.js';
import { watchedStatus } from '../../src/experiments/watch/watched-status.js';
import { parseOptions } from '../../src/run/options/parse-options.js';
import { tuneOptionsSchema } from '../../src/run/options/tune-options.js';
import { jsonReader } from './json-reader.js';
import type { Reader } from './reader.js';

const tried = {
  run: 'trials/adarand-0-2-0',
  method: 'adarand',
  configuration: 0,
  learning_rate: 0.01,
  lambda: 1,
  augment: 'crop',
  label_smoothing: 0.1,
  epochs: 2,
  stage: 0,
  fold: 0,
  val_accuracy: 0.5,
  val_loss: 1.25,
  val_images: 9,
  probe_val_accuracy: null,
  best_epoch: 1,
  seconds: 1.5,
  seconds_per_epoch: 0.25,
};

const searched = {
  version: 2,
  request: parseOptions(tuneOptionsSchema, { data: 'colours', model: 'tiny.onnx', minutes: 3 }),
  folds: 2,
  seconds: 1.5,
  tried: [tried],
};

const place = { dataset: 'colours', model: 'tiny', method: 'adarand', fraction: 0.5, seed: 0 };

const experimentRuns = [
  { ...place, run: 'runs/a', status: 'finished', seconds: 2 },
  {
    ...place,
    run: 'runs/b',
    status: 'failed',
    seconds: 1,
    error: { code: 'a.b', message: 'no', hint: 'yes' },
  },
  { ...place, run: 'runs/c', status: 'planned' },
];

export const searchReaders = {
  'tune.json': jsonReader(
    ['experiments/experiment-folder.ts'],
    async () => [searched],
    async (bytes, folder) => {
      const path = join(folder, 'search');
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'tune.json'), bytes);
      (await openTuneFolder(path)).folder.close();
    },
  ),
  'tune.json of a search that is watched': jsonReader(
    ['experiments/watch/many-status.ts'],
    async () => [searched],
    (bytes, folder) => watch(folder, 'tune.json', bytes),
  ),
  'experiment.json that is watched': jsonReader(
    ['experiments/watch/many-status.ts'],
    async () => [{ version: 1, request: {}, seconds: 3, runs: experimentRuns }],
    (bytes, folder) => watch(folder, 'experiment.json', bytes),
  ),
} satisfies Record<string, Reader>;

async function watch(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, `watched-${name}`);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, name), bytes);
  describe(await watchedStatus(path));
}
