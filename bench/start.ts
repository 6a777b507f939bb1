import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { median } from '../src/analysis/statistics.js';
import { at } from '../src/errors.js';
import { formatTable } from '../src/figures/table.js';
import { methodNames } from '../src/methods/index.js';
import { packageFolder } from '../src/package.js';
import { allocator } from '../src/process/forked.js';
import { bundleModules } from '../tools/bundle/bundle.js';
import { checked, count } from './flags.js';

/*
 * npm run bench:start -- FOLDER... [--method NAME] [--batch N] [--rounds N] [--python PATH]
 *
 * From an empty process to the end of the first step of plain fine-tuning, or of a method that prepares nothing but
 * statistics, for model folders with tensors; with a Python that has timm, beside PyTorch (folders of timm's). Medians of
 * interleaved rounds, with the range; memory is the largest. Ours is bundled, as the program is. A second table has what
 * each phase takes, and of the processor, which other work on the machine changes less.
 */

const { values: typed, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    method: { type: 'string', default: 'fine-tuning' },
    batch: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string' },
  },
});
const values = checked(
  z.object({ method: z.enum(methodNames), batch: count, rounds: count, python: z.string().optional() }),
  typed,
);
const threads = availableParallelism();
const marksSchema = z.array(
  z.object({
    phase: z.string(),
    seconds: z.number(),
    cpuSeconds: z.number().optional(),
    peakBytes: z.number(),
  }),
);
type Marks = z.infer<typeof marksSchema>;

/** Ours, in their order, and what is in them. */
const phases = {
  modules: 'Node, modules',
  open: 'opening the weights',
  build: 'the graph, fused, with gradients',
  load: "ONNX Runtime's library, the layout's measurement",
  lower: 'lowering, simplifying, writing',
  compile: "ONNX Runtime's session; buffers meanwhile",
  'step 1': 'the first step',
};

const bundle = join(packageFolder(), 'build', 'bench-bundle');
await bundleModules({ 'start-worker': fileURLToPath(new URL('./start-worker.js', import.meta.url)) }, bundle);

console.log(
  `${cpus()[0]?.model.trim()}, ${threads} threads, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
);
const rows: string[][] = [];
const phaseRows: string[][] = [];
for (const folder of positionals) {
  const contestants: [string, () => Marks][] = [['adarand', () => ours(folder)]];
  const { python } = values;
  if (python !== undefined) contestants.push(['PyTorch', () => theirs(python, folder)]);
  const found = contestants.map((): Marks[] => []);
  for (let round = 0; round < values.rounds; round++)
    for (const [i, [, measure]] of contestants.entries()) at(found, i).push(measure());
  for (const [i, [name]] of contestants.entries()) rows.push(row(folder, name, at(found, i)));
  phaseRows.push(...phaseRowsOf(folder, at(found, 0)));
}
const titles = [
  'model',
  'contestant',
  'weights MB',
  'opened s',
  'compiled s',
  'first step s',
  'opened MB',
  'peak MB',
];
console.log(
  formatTable(
    titles.map((title) => ({ title })),
    rows,
  ),
);

console.log(
  `\n${formatTable(
    ['model', 'phase', 'ms', 'processor ms'].map((title) => ({ title })),
    phaseRows,
  )}`,
);

/** What each phase takes, from the end of the one before it. */
function phaseRowsOf(folder: string, rounds: readonly Marks[]): string[][] {
  const took = (phase: string, of: 'seconds' | 'cpuSeconds') => {
    const times = rounds.map((marks) => {
      const place = marks.findIndex((mark) => mark.phase === phase);
      return 1000 * ((marks[place]?.[of] ?? Number.NaN) - (marks[place - 1]?.[of] ?? 0));
    });
    return median(times).toFixed(0);
  };
  return Object.entries(phases).map(([phase, described]) => [
    basename(folder),
    described,
    took(phase, 'seconds'),
    took(phase, 'cpuSeconds'),
  ]);
}

function row(folder: string, contestant: string, rounds: readonly Marks[]): string[] {
  const of = (phase: string) => rounds.flatMap((marks) => marks.filter((mark) => mark.phase === phase));
  const seconds = (phase: string) => {
    const found = of(phase).map((mark) => mark.seconds);
    return `${median(found).toFixed(2)} (${Math.min(...found).toFixed(2)}-${Math.max(...found).toFixed(2)})`;
  };
  const megabytes = (phase: string) =>
    (Math.max(...of(phase).map((mark) => mark.peakBytes)) / 2 ** 20).toFixed(0);
  const times = ['open', 'compile', 'step 1'].map(seconds);
  return [basename(folder), contestant, weightsMb(folder), ...times, megabytes('open'), megabytes('step 2')];
}

function weightsMb(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  return (files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 2 ** 20).toFixed(0);
}

function ours(folder: string): Marks {
  const worker = join(bundle, 'start-worker.js');
  return run(process.execPath, [worker, folder, `${values.batch}`, `${threads}`, values.method]);
}

function theirs(python: string, folder: string): Marks {
  return run(python, ['oracle/start.py', folder, `${values.batch}`, `${threads}`]);
}

/** With the allocator settings of the process that trains: PyTorch gains from them, too. */
function run(program: string, args: readonly string[]): Marks {
  const env = { ...process.env, ...allocator };
  return marksSchema.parse(JSON.parse(execFileSync(program, args, { env, encoding: 'utf8' })));
}
