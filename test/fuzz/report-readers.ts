/** Readers of what a report is made of, and of an earlier report. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gatherEvidence } from '../../src/experiments/report/evidence/gather.js';
import { readFeatures } from '../../src/experiments/report/evidence/read-features.js';
import { readPredictions } from '../../src/experiments/report/evidence/read-predictions.js';
import { GENERATOR } from '../../src/experiments/report/write/html.js';
import { ReportFolder } from '../../src/experiments/report/write/report-folder.js';
import { writeSafetensors } from '../../src/files/safetensors.js';
import { float32, int32 } from '../../src/graph/tensor.js';
import { predictionRow, predictionsHeader } from '../../src/run/use/predictions-table.js';
import { lostRun, recordedRun, seeds, writeExperiment, writeRuns } from '../helpers/report-runs.js';
import { jsonReader } from './json-reader.js';
import { mutateBytes } from './mutate-bytes.js';
import type { Reader } from './reader.js';

const run = recordedRun({ accuracy: 0.5 });

/** The run in a folder, with a file of these bytes in it. */
async function runWith(name: string, bytes: Uint8Array, folder: string) {
  await writeRuns(folder, [run]);
  const path = join(folder, run.path);
  await mkdir(join(path, 'features'), { recursive: true });
  await writeFile(join(path, name), bytes);
  return { ...run, path };
}

export const reportReaders = {
  'experiment.json of a report': jsonReader(
    ['experiments/report/evidence/read-experiment.ts'],
    async () => [
      {
        version: 1,
        request: {},
        seconds: 3,
        runs: [
          ...seeds([0.5, 0.6], {}).map(({ place, path }) => ({
            ...place,
            run: path,
            status: 'finished',
            seconds: 1,
          })),
          { ...lostRun({ seed: 2 }).place, run: 'runs/x', status: 'planned' },
        ],
      },
    ],
    async (bytes, folder) => {
      const path = join(folder, 'experiment');
      await mkdir(path, { recursive: true });
      await writeExperiment(path, seeds([0.5, 0.6], {}));
      await writeFile(join(path, 'experiment.json'), bytes);
      await gatherEvidence([path], undefined);
    },
  ),
  'predictions.csv': {
    ending: 'csv',
    parsedIn: ['experiments/report/evidence/read-predictions.ts'],
    async samples() {
      const { classes } = run.record.data;
      const row = predictionRow({ name: 'a,b.png', truth: 'b', logits: Float32Array.of(1, 2, 3) }, classes);
      return [Buffer.from(predictionsHeader(classes) + row)];
    },
    mutate: mutateBytes,
    read: async (bytes, folder) => readPredictions(await runWith('predictions.csv', bytes, folder)),
  },
  'features of a run': {
    ending: 'safetensors',
    parsedIn: ['files/safetensors.ts'],
    async samples(folder) {
      const file = join(folder, 'features.safetensors');
      const tensors = { test_features: float32([2, 2], [1, 2, 3, 4]), test_labels: int32([2], [0, 1]) };
      await writeSafetensors(file, new Map(Object.entries(tensors)), {});
      return [await readFile(file)];
    },
    mutate: mutateBytes,
    read: async (bytes, folder) => readFeatures(await runWith('features/test.safetensors', bytes, folder)),
  },
  'files.json of a report': jsonReader(
    ['experiments/report/write/report-folder.ts'],
    async () => [{ version: 1, files: ['tables/accuracy.csv', 'figures/accuracy.svg'] }],
    async (bytes, folder) => {
      const path = join(folder, 'report');
      await rm(path, { recursive: true, force: true });
      await mkdir(path);
      await writeFile(join(path, 'report.html'), GENERATOR);
      await writeFile(join(path, 'files.json'), bytes);
      await (await ReportFolder.open(path)).finish(GENERATOR);
    },
  ),
} satisfies Record<string, Reader>;
