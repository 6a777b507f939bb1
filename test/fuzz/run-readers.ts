import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe } from '../../src/cli/watch/describe.js';
import { AdarandError } from '../../src/errors.js';
import { watchedStatus } from '../../src/experiments/watch/watched-status.js';
import { lineChart } from '../../src/figures/charts/line-chart.js';
import { acquireLock } from '../../src/files/lock.js';
import { writeSafetensors } from '../../src/files/safetensors.js';
import { float32 } from '../../src/graph/tensor.js';
import { type RunEvent, STOPPED } from '../../src/run/events.js';
import { FileCheckpoints } from '../../src/run/folder/checkpoints.js';
import { MetricsLog, readEpochs, secondsPerEpoch } from '../../src/run/folder/metrics-log.js';
import { RunFolder } from '../../src/run/folder/run-folder.js';
import { loadPreparation } from '../../src/run/prepare/preparation.js';
import { EventFile } from '../../src/run/tensorboard/event-file.js';
import { checkPosition } from '../../src/run/train/check-position.js';
import { resumeRun } from '../../src/run/train/train-run.js';
import { checkReplaceable } from '../../src/run/use/look/check-replaceable.js';
import { curvesOf, keptEpoch } from '../../src/run/use/look/curves.js';
import { GENERATOR } from '../../src/run/use/look/page/generator.js';
import { openRunModel } from '../../src/run/use/run-model.js';
import type { Position } from '../../src/training/checkpoint.js';
import { adarand, writeImages, writeModel } from '../helpers/cli.js';
import { eventsIn } from '../helpers/tensorboard-events.js';
import { jsonReader, mutateJsonLines } from './json-reader.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateOnnx } from './mutate-onnx.js';
import type { Reader } from './reader.js';

const EVENT_FILE = 'tensorboard/events.out.tfevents.0.adarand';

const runs = new Map<string, Promise<string>>();

/** A run of one epoch in a folder, made where it is first needed. */
function runIn(folder: string): Promise<string> {
  const run = runs.get(folder) ?? newRun(folder);
  runs.set(folder, run);
  return run;
}

async function newRun(folder: string): Promise<string> {
  await writeImages(join(folder, 'colours'), 4, 8);
  await writeModel(join(folder, 'tiny.onnx'));
  const flags = ['--model', 'tiny.onnx', '--epochs', '1', '--threads', '1', '--out', 'run'];
  await adarand(folder, 'train', 'colours', ...flags);
  return join(folder, 'run');
}

const fileOf = (name: string) => async (folder: string) => [
  JSON.parse(await readFile(join(await runIn(folder), name), 'utf8')),
];

/** A reader of a file by its path. */
function fileReader(name: string, reader: Omit<Reader, 'read'> & { open(path: string): unknown }): Reader {
  return {
    ...reader,
    async read(bytes, folder) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      await reader.open(path);
    },
  };
}

/** Looks at the run as if it went on, one file of which has other bytes. */
function watchWith(name: string): Reader['read'] {
  return async (bytes, folder) => {
    const path = join(folder, 'watched');
    await rm(path, { recursive: true, force: true });
    await mkdir(path);
    for (const file of ['run.json', 'metrics.jsonl'])
      await copyFile(join(folder, 'run', file), join(path, file));
    await writeFile(join(path, name), bytes);
    assert.doesNotMatch(describe(await watchedStatus(path)).join(), /undefined/);
  };
}

/** Opens the finished run, one file of which has other bytes. */
const openWith = (name: string) => async (bytes: Uint8Array, folder: string) => {
  const changed = join(folder, 'changed');
  await cp(join(folder, 'run'), changed, { recursive: true });
  await writeFile(join(changed, name), bytes);
  await openRunModel(changed, { emit: () => {} });
};

/** Continues the run, which has not begun to train, until it would take its second step. */
async function resumeBriefly(bytes: Uint8Array, folder: string): Promise<void> {
  const path = join(folder, 'begun');
  await rm(path, { recursive: true, force: true });
  await mkdir(join(path, 'checkpoints'), { recursive: true });
  await copyFile(join(folder, 'run/preparation.safetensors'), join(path, 'preparation.safetensors'));
  await writeFile(join(path, 'run.json'), bytes);
  let steps = 0;
  const emit = ({ type }: RunEvent) => {
    if (type === 'step') steps += 1;
  };
  await resumeRun({ run: path }, { emit, stop: () => steps > 0 }).catch((error: unknown) => {
    if (!(error instanceof AdarandError && error.code === STOPPED)) throw error;
  });
}

export const runReaders = {
  'run.json': jsonReader(
    ['run/folder/record.ts', 'run/folder/run-folder.ts'],
    fileOf('run.json'),
    openWith('run.json'),
  ),
  'run.json of a run to continue': jsonReader(['run/folder/record.ts'], fileOf('run.json'), resumeBriefly),
  'summary.json': jsonReader(['run/folder/record.ts'], fileOf('summary.json'), openWith('summary.json')),
  'model.onnx of a run': {
    ending: 'onnx',
    parsedIn: ['run/use/open-recorded.ts'],
    samples: async (folder) => [await readFile(join(await runIn(folder), 'model.onnx'))],
    mutate: mutateOnnx,
    read: openWith('model.onnx'),
  },
  'metrics.jsonl': fileReader('metrics.jsonl', {
    ending: 'jsonl',
    parsedIn: ['files/json-lines.ts'],
    samples: async (folder) => [await readFile(join(await runIn(folder), 'metrics.jsonl'))],
    mutate: mutateJsonLines,
    async open(path) {
      await secondsPerEpoch(path);
      (await MetricsLog.open(path, { step: 2, epoch: 1, logEvery: 1 })).close();
    },
  }),
  'metrics.jsonl of a page': fileReader('drawn.jsonl', {
    ending: 'jsonl',
    parsedIn: ['files/json-lines.ts'],
    samples: async (folder) => [await readFile(join(await runIn(folder), 'metrics.jsonl'))],
    mutate: mutateJsonLines,
    async open(path) {
      const epochs = await readEpochs(path);
      for (const chart of curvesOf(epochs, keptEpoch(epochs)))
        assert.doesNotMatch(await lineChart(chart), /NaN|Infinity/);
    },
  }),
  'event file': {
    ending: 'tfevents',
    parsedIn: ['run/tensorboard/event-file.ts'],
    samples: async (folder) => [await readFile(join(await runIn(folder), EVENT_FILE))],
    mutate: mutateBytes,
    // Whatever it was, it becomes what the run's other files say.
    async read(bytes, folder) {
      const file = join(folder, 'run', EVENT_FILE);
      await writeFile(file, bytes);
      const run = await RunFolder.open(join(folder, 'run'));
      (await EventFile.open(run, await run.record())).close();
      assert.ok(eventsIn(await readFile(file)).length > 2);
    },
  },
  'run.json of a run that is watched': jsonReader(
    ['run/folder/run-folder.ts'],
    fileOf('run.json'),
    watchWith('run.json'),
  ),
  'metrics.jsonl of a run that is watched': {
    ending: 'jsonl',
    parsedIn: ['files/json-lines.ts'],
    samples: async (folder) => [await readFile(join(await runIn(folder), 'metrics.jsonl'))],
    mutate: mutateJsonLines,
    read: watchWith('metrics.jsonl'),
  },
  'the page of a run': fileReader('page.html', {
    ending: 'html',
    parsedIn: ['files/has-mark.ts'],
    samples: async () => [Buffer.from(`<!doctype html>\n${GENERATOR}\n`)],
    mutate: mutateBytes,
    open: (path) => checkReplaceable(path, false),
  }),
  checkpoint: {
    ending: 'safetensors',
    parsedIn: ['files/safetensors.ts', 'run/folder/record.ts'],
    async samples(folder) {
      const run = await runIn(folder);
      await cp(join(run, 'checkpoints'), join(folder, 'checkpoints'), { recursive: true });
      return [await readFile(join(run, 'checkpoints/last.safetensors'))];
    },
    mutate: (sample, random) =>
      Buffer.concat([mutateBytes(sample.slice(0, 8000), random), sample.subarray(8000)]),
    async read(bytes, folder) {
      await writeFile(join(folder, 'checkpoints/last.safetensors'), bytes);
      const record = await (await RunFolder.open(join(folder, 'run'))).record();
      const check = (position: Position) => checkPosition(position, record);
      await new FileCheckpoints(join(folder, 'checkpoints')).loadLatest(check);
    },
  },
  preparation: fileReader('preparation.safetensors', {
    ending: 'safetensors',
    parsedIn: ['files/safetensors.ts'],
    async samples(folder) {
      const file = join(folder, 'sample.safetensors');
      const two = float32([2], [1, 2]);
      const tensors = new Map([
        ['class_mean', two],
        ['class_std', two],
        ['mean', two],
        ['std', two],
        ['method.x', two],
      ]);
      await writeSafetensors(file, tensors, { mean_square: '1.5' });
      return [await readFile(file)];
    },
    mutate: mutateBytes,
    open: (path) => loadPreparation(path, { statistics: true, head: false, method: true }),
  }),
  lock: fileReader('.lock', {
    ending: 'lock',
    parsedIn: ['files/lock.ts'],
    // Of a process that is gone.
    samples: async () => [Buffer.from(`999999999 ${hostname()} 12345 0123456789abcdef\n`)],
    mutate: mutateBytes,
    open: (path) => acquireLock(path, { code: 'run.locked', doing: 'reading' }).release(),
  }),
} satisfies Record<string, Reader>;
