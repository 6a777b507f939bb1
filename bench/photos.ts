import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { barChart } from '../src/figures/bar-chart.js';
import { formatDifference, formatResults, type MethodResults } from '../src/figures/comparison.js';
import { writeFileAtomic } from '../src/files/atomic.js';
import { type RunSummary, train } from '../src/index.js';
import type { Method } from '../src/methods/method.js';
import { parseStored, summarySchema } from '../src/run/folder/record.js';
import { openMethod } from '../src/run/method/open-method.js';

/*
 * node build/bench/photos.js MODEL OUT DATA ... [--epochs 10] [--image-size 128] [--seeds 3]
 *                           [--methods a,b] [--source DIR] [--weights 1,0.1,0.01] [--chart FILE.svg]
 *
 * Fine-tunes MODEL on each folder DATA with each method (plain and AdaRand by default), everything else at its default,
 * and prints the tables of docs/results.md. `--source` goes to the methods that take it. With `--weights`, a method's
 * lambda is its own times one of these factors: the one whose run of seed 0 is best in validation. Runs are written to
 * OUT; finished ones are not repeated. `--chart` draws the last folder's results.
 */

const { positional, flags } = parse(process.argv.slice(2));
const [model, out, ...folders] = positional;
if (model === undefined || out === undefined || folders.length === 0)
  throw new Error(
    'usage: photos.js MODEL OUT DATA ... [--epochs N] [--image-size N] [--seeds N] [--methods A,B]',
  );
const {
  methods = 'fine-tuning,adarand',
  seeds = '3',
  epochs = '10',
  'image-size': imageSize,
  source,
  weights = '1',
  chart,
} = flags;
const factors = weights.split(',').map(Number);

for (const data of folders) {
  const results: MethodResults[] = [];
  for (const name of methods.split(',')) {
    const method = await openMethod(name);
    const factor = await chooseFactor(data, method);
    const runs: RunSummary[] = [];
    for (let seed = 0; seed < Number(seeds); seed++) runs.push(await summaryOf(data, method, factor, seed));
    results.push({ title: factor === 1 ? name : `${name} × ${factor}`, runs });
  }
  console.log(`\n${basename(data)}\n\n${formatResults(results, 'markdown')}`);
  const [baseline, ...others] = results;
  if (baseline !== undefined)
    for (const other of others) console.log(`\n${formatDifference([baseline, other])}`);
  if (chart !== undefined) await writeFileAtomic(chart, draw(results, basename(data)));
}

function draw(results: readonly MethodResults[], data: string): string {
  return barChart({
    title: `Test accuracy on ${data}: mean, standard deviation, single seeds (lambda × factor)`,
    label: 'test accuracy (%)',
    width: 680,
    bars: results.map(({ title, runs }) => ({
      name: title,
      values: runs.map(({ test_accuracy }) => 100 * (test_accuracy ?? Number.NaN)),
      color: Number(title.startsWith('adarand')),
    })),
  });
}

/** By validation accuracy of seed 0, with ties decided by the lower loss. */
async function chooseFactor(data: string, method: Method): Promise<number> {
  if (method.defaultLambda === 0) return 1;
  const tried: { readonly factor: number; readonly summary: RunSummary }[] = [];
  for (const factor of factors) tried.push({ factor, summary: await summaryOf(data, method, factor, 0) });
  tried.sort(
    ({ summary: a }, { summary: b }) =>
      (b.val_accuracy ?? 0) - (a.val_accuracy ?? 0) || (a.val_loss ?? 0) - (b.val_loss ?? 0),
  );
  return tried[0]?.factor ?? 1;
}

async function summaryOf(data: string, method: Method, factor: number, seed: number): Promise<RunSummary> {
  const name = [basename(data), method.name, ...(factor === 1 ? [] : [factor]), seed].join('-');
  const run = join(out ?? '', `r-${name}`);
  const file = join(run, 'summary.json');
  if (existsSync(file)) return parseStored(summarySchema, readFileSync(file, 'utf8'), file);
  process.stderr.write(`${run}\n`);
  return train({
    data,
    model: model ?? '',
    method: method.name,
    seed,
    epochs: Number(epochs),
    out: run,
    ...(imageSize === undefined ? {} : { imageSize: Number(imageSize) }),
    lambda: factor * method.defaultLambda,
    ...(source !== undefined && method.bind().needs.includes('sourceBatch') ? { source } : {}),
  });
}

function parse(args: readonly string[]) {
  const positional: string[] = [];
  const flags: Record<string, string> = {};
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg.startsWith('--')) flags[arg.slice(2)] = args[++i] ?? '';
    else positional.push(arg);
  }
  return { positional, flags };
}
