import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { formatDifference, formatResults, type MethodResults } from '../figures/comparison.js';
import { type RunSummary, train } from '../index.js';
import { parseStored, summarySchema } from '../run/record.js';

/*
 * node dist/bench/photos.js MODEL OUT DATA ... [--epochs 10] [--image-size 128] [--seeds 3]
 *
 * Fine-tunes MODEL on each folder DATA, plain and with AdaRand, with everything else at its default, and prints the
 * tables of docs/results.md. Runs stand in OUT; those that are there already are not repeated.
 */

const methods = { 'fine-tuning': 'Fine-tuning', adarand: 'AdaRand' } as const;

const { positional, flags } = parse(process.argv.slice(2));
const [model, out, ...folders] = positional;
if (model === undefined || out === undefined || folders.length === 0)
  throw new Error('usage: photos.js MODEL OUT DATA ... [--epochs N] [--image-size N] [--seeds N]');

for (const data of folders) {
  const results: MethodResults[] = [];
  for (const [regularizer, title] of Object.entries(methods)) {
    const runs: RunSummary[] = [];
    for (let seed = 0; seed < (flags.seeds ?? 3); seed++) runs.push(await summaryOf(data, regularizer, seed));
    results.push({ title, runs });
  }
  console.log(`\n${basename(data)}\n\n${formatResults(results, 'markdown')}\n\n${formatDifference(results)}`);
}

async function summaryOf(data: string, regularizer: string, seed: number): Promise<RunSummary> {
  const run = join(out ?? '', `r-${basename(data)}-${regularizer}-${seed}`);
  const file = join(run, 'summary.json');
  if (existsSync(file)) return parseStored(summarySchema, readFileSync(file, 'utf8'), file);
  process.stderr.write(`${run}\n`);
  const { epochs = 10, 'image-size': imageSize = 128 } = flags;
  return train({ data, model: model ?? '', regularizer, seed, epochs, imageSize, out: run });
}

function parse(args: readonly string[]) {
  const positional: string[] = [];
  const flags: Record<string, number> = {};
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg.startsWith('--')) flags[arg.slice(2)] = Number(args[++i]);
    else positional.push(arg);
  }
  return { positional, flags };
}
