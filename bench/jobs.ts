import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { median } from '../src/analysis/statistics.js';
import { at } from '../src/errors.js';
import { formatTable } from '../src/figures/table.js';
import { writeSafetensors } from '../src/files/safetensors.js';
import { type BackboneName, backboneNamed } from '../src/nn/registry.js';
import { packageFolder } from '../src/package.js';
import { allocator } from '../src/process/forked.js';
import { checked, count } from './flags.js';

/*
 * npm run bench:jobs -- FOLDER [--epochs N] [--rounds N] [--python PATH [--timm TRAIN.PY]]
 *
 * Whole fine-tunings, from an empty process to the written classifier, of photographs in FOLDER (which has datasets/ and
 * models/); with a Python that has torchvision, beside a plain PyTorch script (oracle/job.py), and beside timm's `train.py`,
 * which its repository has. Medians of interleaved rounds, with the range. All have the same crops and epochs; accuracies
 * are of different weights. timm trains on all training images and validates on the test images after each epoch, where
 * the others train on nine tenths, validate on the last one, and test once; its MobileNetV2 has its BatchNorm.
 */

interface Job {
  readonly dataset: string;
  /** Of the folder, or one with random weights. */
  readonly model: { readonly folder: string } | { readonly random: BackboneName };
  /** By the names of oracle/bench_models.py. */
  readonly torch: string;
  /** By timm's names. */
  readonly timm: string;
  readonly image: number;
}

const jobs: readonly Job[] = [
  {
    dataset: 'grocery50',
    model: { folder: 'mobilenet-v2-100-224' },
    torch: 'mobilenetv2-folded',
    timm: 'mobilenetv2_100',
    image: 128,
  },
  { dataset: 'flowers12', model: { random: 'resnet18' }, torch: 'resnet18', timm: 'resnet18', image: 224 },
];

const { values: typed, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string' },
    timm: { type: 'string' },
  },
});
const values = checked(
  z.object({ epochs: count, rounds: count, python: z.string().optional(), timm: z.string().optional() }),
  typed,
);
const folder = at(positionals, 0);
const threads = availableParallelism();
const scratch = await mkdtemp(join(tmpdir(), 'adarand-jobs-'));
console.log(
  `${cpus()[0]?.model.trim()}, ${threads} threads, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
);
try {
  const rows: string[][] = [];
  for (const job of jobs) rows.push(...(await compare(job)));
  const titles = ['job', 'contestant', 's', 'range', 'peak MB', 'time / ours'];
  console.log(
    formatTable(
      titles.map((title) => ({ title })),
      rows,
    ),
  );
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function compare(job: Job): Promise<string[][]> {
  const { python, timm } = values;
  const model = await modelOf(job);
  const contestants: [string, (out: string) => Measured][] = [['adarand', (out) => ours(job, model, out)]];
  if (python !== undefined) contestants.push(['PyTorch', (out) => theirs(python, job, out)]);
  if (python !== undefined && timm !== undefined)
    contestants.push(['timm', (out) => timms([python, timm], job, out)]);
  const found = contestants.map((): Measured[] => []);
  for (let round = 0; round < values.rounds; round++)
    for (const turn of contestants.keys()) {
      // Each round begins with another one.
      const i = (turn + round) % contestants.length;
      const [name, measure] = at(contestants, i);
      process.stderr.write(`\r${job.dataset}: round ${round + 1}, ${name}    `);
      at(found, i).push(measure(join(scratch, `${job.dataset}-${name}-${round}`)));
    }
  process.stderr.write('\r\x1b[K');
  return contestants.map(([name], i) => {
    const seconds = at(found, i).map((measured) => measured.seconds);
    const ratios = at(found, i).map((measured, round) => measured.seconds / at(at(found, 0), round).seconds);
    return [
      `${job.torch}, ${job.dataset}, ${job.image} pixels, ${values.epochs} epochs`,
      name,
      median(seconds).toFixed(1),
      `${Math.min(...seconds).toFixed(1)}-${Math.max(...seconds).toFixed(1)}`,
      (Math.max(...at(found, i).map(({ peakBytes }) => peakBytes)) / 1e6).toFixed(0),
      i === 0 ? '' : median(ratios).toFixed(2),
    ];
  });
}

/** What the command line opens. */
async function modelOf({ model }: Job): Promise<string> {
  if ('folder' in model) return join(folder, 'models', model.folder);
  const { parameters, buffers, toFile } = backboneNamed(model.random, { seed: 1 });
  const path = join(scratch, `${model.random}.safetensors`);
  const tensors = new Map([
    ...[...parameters].map(([name, { tensor }]) => [name, tensor] as const),
    ...buffers,
  ]);
  await writeSafetensors(path, toFile?.(tensors) ?? tensors);
  return path;
}

interface Measured {
  readonly seconds: number;
  readonly peakBytes: number;
}

function ours({ dataset, image }: Job, model: string, out: string): Measured {
  const cli = join(packageFolder(), 'build/bundle/cli/main.js');
  const flags = [
    '--method',
    'fine-tuning',
    '--head',
    'random',
    '--batch-size',
    '32',
    '--learning-rate',
    '0.001',
  ];
  const size = ['--image-size', `${image}`, '--epochs', `${values.epochs}`, '--threads', `${threads}`];
  const data = join(folder, 'datasets', dataset);
  return run(process.execPath, [cli, 'train', data, '--model', model, ...flags, ...size, '--out', out]);
}

function theirs(python: string, { dataset, torch, image }: Job, out: string): Measured {
  const script = join(packageFolder(), 'oracle/job.py');
  const data = join(folder, 'datasets', dataset);
  return run(python, [script, data, torch, `${image}`, `${values.epochs}`, `${threads}`, out]);
}

/** As timm's users type it: what would only make it slower is left out, and its crops are those of the others. */
function timms(
  [python, script]: readonly [string, string],
  { dataset, timm, image }: Job,
  out: string,
): Measured {
  const data = join(folder, 'datasets', dataset);
  const classes = readdirSync(join(data, 'train')).length;
  const trained = ['--epochs', `${values.epochs}`, '-b', '32', '--lr', '0.001', '--warmup-epochs', '0'];
  const seen = ['--input-size', '3', `${image}`, `${image}`, '--scale', '0.25', '1', '--color-jitter', '0'];
  const where = ['--device', 'cpu', '-j', '2', '--val-split', 'test', '--output', out];
  const given = [data, '--model', timm, '--num-classes', `${classes}`, '--smoothing', '0'];
  return run(python, [script, ...given, ...trained, ...seen, ...where]);
}

/** In a shell that waits for it alone, so that the memory is its own and its children's. */
function run(program: string, args: readonly string[]): Measured {
  const started = performance.now();
  const timed = ['-f', 'peak %M', program, ...args];
  const env = { ...process.env, ...allocator, ADARAND_CACHE: join(scratch, 'cache') };
  const { status, stderr } = spawnSync('/usr/bin/time', timed, { env, encoding: 'utf8' });
  const peak = /peak (\d+)/.exec(stderr)?.[1];
  if (status !== 0 || peak === undefined) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return { seconds: (performance.now() - started) / 1000, peakBytes: Number(peak) * 1024 };
}
