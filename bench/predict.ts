import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { median, quantile } from '../src/analysis/statistics.js';
import { at } from '../src/errors.js';
import { formatTable } from '../src/figures/table.js';
import { checked, count } from './flags.js';

/*
 * npm run bench:predict -- FOLDER IMAGE... [--rounds N]
 *
 * A classifier in a program: `load` of an exported folder, beside transformers.js and beside onnxruntime-node and sharp
 * by hand. Each round gives each contestant a process of its own, in turn. Medians of the rounds, with quartiles.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '11' } },
});
const { rounds } = checked(z.object({ rounds: count }), values);
const [folder, ...images] = positionals.map((path) => resolve(path));
if (folder === undefined || images.length === 0)
  throw new Error('npm run bench:predict -- FOLDER IMAGE... [--rounds N]');

const measuredSchema = z.object({
  name: z.string(),
  probability: z.number(),
  fromStart: z.number(),
  fromCall: z.number(),
  following: z.number(),
  together: z.number(),
});
type Measured = z.infer<typeof measuredSchema>;

const contestants = ['adarand', 'transformers.js', 'onnxruntime-node and sharp'];
const worker = fileURLToPath(new URL('./predict-worker.js', import.meta.url));
const load = () => loadavg()[0]?.toFixed(1);
console.log(
  `${cpus()[0]?.model.trim()}, ${availableParallelism()} threads, Node ${process.version}, load ${load()} at the start`,
);
const titles = [
  'image',
  'contestant',
  'first, from the start ms',
  'first, from the call ms',
  'following ms',
  '32 at once, each ms',
  'answer',
];
const rows: string[][] = [];
for (const image of images) {
  const found = contestants.map((): Measured[] => []);
  for (let round = 0; round < rounds; round++)
    for (const turn of contestants.keys()) {
      const i = (turn + round) % contestants.length;
      const args = [worker, at(contestants, i), folder, image];
      const printed = execFileSync(process.execPath, args, { encoding: 'utf8' });
      at(found, i).push(measuredSchema.parse(JSON.parse(printed)));
    }
  for (const [i, contestant] of contestants.entries()) {
    const rounds = at(found, i);
    const times = (['fromStart', 'fromCall', 'following', 'together'] as const).map((key) =>
      withQuartiles(rounds.map((round) => round[key])),
    );
    const { name, probability } = at(rounds, 0);
    rows.push([basename(image), contestant, ...times, `${name} ${(100 * probability).toFixed(1)} %`]);
  }
}
console.log(
  formatTable(
    titles.map((title) => ({ title })),
    rows,
  ),
);
console.log(`load ${load()} at the end`);

function withQuartiles(times: readonly number[]): string {
  const shown = (value: number) => (value < 20 ? value.toFixed(1) : value.toFixed(0));
  return `${shown(median(times))} (${shown(quantile(times, 0.25))}-${shown(quantile(times, 0.75))})`;
}
