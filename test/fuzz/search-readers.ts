/** Readers of what a search of options wrote. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openTuneFolder } from '../../src/experiments/tune/tune-folder.js';
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

export const searchReaders = {
  'tune.json': jsonReader(
    ['experiments/experiment-folder.ts'],
    async () => [
      {
        version: 2,
        request: parseOptions(tuneOptionsSchema, { data: 'colours', model: 'tiny.onnx', minutes: 3 }),
        folds: 2,
        seconds: 1.5,
        tried: [tried],
      },
    ],
    async (bytes, folder) => {
      const path = join(folder, 'search');
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'tune.json'), bytes);
      (await openTuneFolder(path)).folder.close();
    },
  ),
} satisfies Record<string, Reader>;
