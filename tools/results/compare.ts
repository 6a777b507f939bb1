import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { at, invariant } from '../../src/errors.js';
import type { MethodResults } from '../../src/figures/comparison.js';
import { type RunSummary, resume, train } from '../../src/index.js';
import { type MethodName, methods } from '../../src/methods/index.js';
import { parseStored, summarySchema } from '../../src/run/folder/record.js';
import { stageOf } from '../../src/run/folder/stage.js';
import type { Comparison } from './comparisons.js';

/** What a method reached on a dataset. */
export interface ComparedMethod extends MethodResults {
  /** What its default lambda was multiplied with; undefined where there was no choice. */
  readonly factor: number | undefined;
  readonly runs: readonly RunSummary[];
}

/**
 * Trains what is not yet in `out`, and continues what was interrupted; the other runs are read from there. `root` holds models and datasets.
 */
export async function compare(
  comparison: Comparison,
  dataset: string,
  { root, out }: { readonly root: string; readonly out: string },
): Promise<ComparedMethod[]> {
  const run = (method: MethodName, factor: number, seed: number) =>
    summaryOf(comparison, { method, factor, seed, dataset: join(root, dataset), root, out });
  const results: ComparedMethod[] = [];
  for (const method of comparison.methods) {
    const factor = await chooseFactor(comparison, method, run);
    const runs: RunSummary[] = [];
    for (let seed = 0; seed < comparison.seeds; seed++) runs.push(await run(method, factor ?? 1, seed));
    results.push({ title: method, factor, runs });
  }
  return results;
}

/** By validation accuracy of seed 0, with ties decided by the lower loss. */
async function chooseFactor(
  { factors }: Comparison,
  method: MethodName,
  run: (method: MethodName, factor: number, seed: number) => Promise<RunSummary>,
): Promise<number | undefined> {
  if (methods[method].defaultLambda === 0 || factors.length < 2) return undefined;
  const tried: { readonly factor: number; readonly accuracy: number; readonly loss: number }[] = [];
  for (const factor of factors) tried.push({ factor, ...validationOf(await run(method, factor, 0)) });
  tried.sort((a, b) => b.accuracy - a.accuracy || a.loss - b.loss);
  return at(tried, 0).factor;
}

function validationOf({ run, val_accuracy: accuracy, val_loss: loss }: RunSummary) {
  invariant(accuracy !== null && loss !== null, `${run} has validation images`);
  return { accuracy, loss };
}

interface Wanted {
  readonly method: MethodName;
  readonly factor: number;
  readonly seed: number;
  readonly dataset: string;
  readonly root: string;
  readonly out: string;
}

async function summaryOf(
  { model, epochs, imageSize, source }: Comparison,
  { method: name, factor, seed, dataset, root, out }: Wanted,
): Promise<RunSummary> {
  const method = methods[name];
  const parts = [basename(dataset), name, ...(factor === 1 ? [] : [factor]), seed];
  const folder = join(out, `r-${parts.join('-')}`);
  const file = join(folder, 'summary.json');
  const stage = stageOf(folder);
  // The summary names the folder as it was given then.
  if (stage === 'finished')
    return { ...parseStored(summarySchema, readFileSync(file, 'utf8'), file), run: folder };
  process.stderr.write(`${folder}\n`);
  if (stage === 'begun') return resume(folder);
  const usesSource = source !== undefined && method.bind().needs.includes('sourceBatch');
  return train({
    data: dataset,
    model: join(root, model),
    method: name,
    head: 'random',
    optimizer: 'sgd',
    seed,
    epochs,
    out: folder,
    lambda: factor * method.defaultLambda,
    ...(imageSize !== undefined && { imageSize }),
    ...(usesSource && { source: join(root, source) }),
  });
}
