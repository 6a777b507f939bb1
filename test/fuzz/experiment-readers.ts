/** Readers of what describes an experiment, and of what it wrote. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCompareFolder } from '../../src/experiments/compare/compare-folder.js';
import { readExperiment } from '../../src/experiments/compare/options/read-experiment.js';
import { readYaml } from '../../src/experiments/compare/options/read-yaml.js';
import { resolveExperiment } from '../../src/experiments/compare/options/resolve-experiment.js';
import { inProgram } from '../../src/experiments/compare/options/where.js';
import { plannedRuns } from '../../src/experiments/compare/plan.js';
import { failureOfRun } from '../../src/run/folder/failed-run.js';
import { jsonReader, textOf } from './json-reader.js';
import { mutateBytes } from './mutate-bytes.js';
import type { Reader } from './reader.js';

const written = {
  data: ['colours', 'shapes'],
  model: 'tiny.onnx',
  methods: ['fine-tuning', { name: 'adarand', label: 'ours', options: { alpha: 0.25 }, learningRate: 0.1 }],
  fractions: [10, 100],
  seeds: 2,
  epochs: 3,
};

const yaml = `# An experiment
data: colours
models: [tiny.onnx, &other sample]
methods:
  - fine-tuning
  - "randreg:prior=uniform;lambda=0.5"
  - { name: adarand, options: { inter: false } } # without
seeds: [3, 7]
fractions: [12.5, 100]
epochs: 3
imageSize: 32
augment: none
`;

export const experimentReaders = {
  'experiment.json': jsonReader(
    ['experiments/experiment-folder.ts', 'run/folder/failed-run.ts'],
    async () => {
      const request = await resolveExperiment(readExperiment(written, inProgram), inProgram);
      const runs = plannedRuns(request).map((run, i) => {
        const error = { code: 'training.diverged', message: 'the loss became NaN', hint: 'less' };
        return [
          run,
          { ...run, status: 'finished', seconds: 1 },
          { ...run, status: 'failed', seconds: 1, error },
        ][i % 3];
      });
      return [{ version: 1, request, runs, seconds: 1.5 }];
    },
    async (bytes, folder) => {
      const path = join(folder, 'experiment');
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'experiment.json'), bytes);
      failureOfRun(join(path, 'runs', 'one'));
      (await openCompareFolder(path)).folder.close();
    },
  ),
  'experiment in a program': jsonReader(
    ['experiments/compare/options/read-experiment.ts'],
    async () => [written],
    async (bytes) => {
      let given: unknown;
      try {
        given = JSON.parse(textOf(bytes));
      } catch {
        return;
      }
      await resolveExperiment(readExperiment(given, inProgram), inProgram);
    },
  ),
  'experiment.yaml': {
    ending: 'yaml',
    parsedIn: ['experiments/compare/options/read-yaml.ts'],
    samples: async () => [Buffer.from(yaml), Buffer.from(JSON.stringify(written, undefined, 1))],
    mutate: mutateBytes,
    async read(bytes, folder) {
      const path = join(folder, 'experiment.yaml');
      await writeFile(path, bytes);
      const { experiment, where } = await readYaml(path);
      await resolveExperiment(experiment, where);
    },
  },
} satisfies Record<string, Reader>;
