import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { mean, median, quantile } from '../src/analysis/statistics.js';
import { at } from '../src/errors.js';
import { formatTable } from '../src/figures/table.js';
import { devices } from '../src/graph/device.js';
import { type MethodName, methodNames } from '../src/methods/index.js';
import type { BackboneName } from '../src/nn/registry.js';
import { checked, count, listOf } from './flags.js';
import { gemmRate } from './gemm-rate.js';
import { layerNames, measureRules } from './rules.js';
import { Torch } from './torch.js';
import { Worker } from './worker.js';

/*
 * npm run bench [-- --rounds N] [--steps N] [--only resnet18,...] [--methods adarand,...] [--device cuda] [--python PATH]
 * npm run bench -- --rules [--rounds N] [--batch N] [--threads N] [--device cpu|wasm] [--only 28x128,...]
 *
 * Every figure is of one interleaved run: each round gives each contestant a few steps in turn, so that a change of
 * the machine's speed meets all of them. Medians of the rounds' mean steps, with quartiles; ratios are medians of the
 * rounds' ratios. DR-Tune rotates every tenth step: `--steps 10` gives each round one of these.
 */

interface Model {
  readonly name: BackboneName;
  /** By the names of oracle/bench.py. */
  readonly torch?: string;
  readonly classes: number;
}

const models: readonly Model[] = [
  { name: 'resnet18', torch: 'resnet18', classes: 100 },
  { name: 'vit-tiny-16', torch: 'vit-ti-16', classes: 100 },
  { name: 'mobilenet-v2', torch: 'mobilenetv2', classes: 100 },
];

/** Only with `--only`; ResNet-50 with as many features and classes as ImageNet's networks have. */
const large: readonly Model[] = [
  { name: 'resnet50', torch: 'resnet50', classes: 1000 },
  { name: 'vit-small-16', torch: 'vit-s-16', classes: 100 },
];

const { values } = parseArgs({
  options: {
    rules: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '6' },
    steps: { type: 'string', default: '3' },
    only: { type: 'string' },
    batch: { type: 'string', default: '16' },
    image: { type: 'string', default: '224' },
    threads: { type: 'string', default: String(availableParallelism()) },
    device: { type: 'string', default: 'cpu' },
    methods: { type: 'string', default: 'adarand' },
    python: { type: 'string', default: 'python3' },
  },
});
const known: readonly string[] = values.rules ? layerNames : [...models, ...large].map(({ name }) => name);
const options = checked(
  z.object({
    rounds: count,
    steps: count,
    only: listOf(known).optional(),
    batch: count,
    image: count,
    threads: count,
    device: z.enum(devices),
    methods: listOf(methodNames),
    python: z.string(),
  }),
  values,
);
const { threads } = options;

console.log(
  `${cpus()[0]?.model.trim()}, ${threads} threads, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
);
const gemm = await gemmRate(threads, 40);
console.log(`matrix product of 1024 x 1024: ${gemm.toFixed(0)} GFLOP/s\n`);

if (values.rules) {
  console.log(await measureRules(options));
  process.exit();
}

const rows: string[][] = [];
const { only } = options;
for (const model of only === undefined
  ? models
  : [...models, ...large].filter(({ name }) => only.includes(name)))
  rows.push(...(await compare(model)));
const columns = [
  'model',
  'contestant',
  'ms',
  'quartiles',
  'GFLOP/s',
  '% of GEMM',
  'time / plain',
  'peak MB',
  'memory / plain',
  'start s',
  'set-up s',
];
console.log(
  formatTable(
    columns.map((title) => ({ title })),
    rows,
  ),
);

async function compare({ name, torch, classes }: Model): Promise<string[][]> {
  const { batch, image, device } = options;
  const task = { backbone: name, batchSize: batch, imageSize: image, classes, threads, device };
  const methods: MethodName[] = ['fine-tuning', ...options.methods];
  const ours: Worker[] = [];
  for (const method of methods) ours.push(await Worker.start(method, { ...task, method }));
  // PyTorch is what --python finds: on the CPU, or beside CUDA.
  const theirs = device === 'cuda' ? 'cuda' : 'cpu';
  const rival =
    torch && (await Torch.start(options.python, torch, { batch, image, classes, threads, device: theirs }));
  const contestants = [...ours, ...(rival ? [rival] : [])];
  const rounds = contestants.map((): number[] => []);
  for (let round = 0; round < options.rounds; round++)
    for (const turn of contestants.keys()) {
      // Each round begins with another one: whoever comes first may find the machine cooler.
      const i = (turn + round) % contestants.length;
      const contestant = at(contestants, i);
      const before = contestant.milliseconds.length;
      await contestant.run(options.steps);
      // A mean: a method may have more to do in some of its steps.
      rounds[i]?.push(mean(contestant.milliseconds.slice(before)));
      process.stderr.write(`\r${name}: round ${round + 1} of ${options.rounds}  `);
    }
  process.stderr.write('\r\x1b[K');
  const [plain] = ours;
  const result = contestants.map((contestant, i) => {
    const { peakBytes } = contestant;
    const times = rounds[i] ?? [];
    const ms = median(times);
    const gflops = ((plain?.gflop ?? 0) / ms) * 1000;
    const ratios = times.map((time, round) => time / (rounds[0]?.[round] ?? Number.NaN));
    return [
      name,
      contestant instanceof Worker ? contestant.label : 'PyTorch',
      ms.toFixed(0),
      `${quantile(times, 0.25).toFixed(0)}-${quantile(times, 0.75).toFixed(0)}`,
      gflops.toFixed(0),
      ((100 * gflops) / gemm).toFixed(0),
      median(ratios).toFixed(3),
      (peakBytes / 1e6).toFixed(0),
      (peakBytes / (plain?.peakBytes ?? Number.NaN)).toFixed(3),
      contestant instanceof Worker ? contestant.buildSeconds.toFixed(1) : '',
      contestant instanceof Worker ? contestant.prepareSeconds.toFixed(1) : '',
    ];
  });
  for (const contestant of contestants) contestant.stop();
  return result;
}
