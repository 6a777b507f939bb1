/**
 * Trains every method with several weights in every cell, and adds a line to FILE for each run; what is there already is
 * not run again. A third of the training images is validated on; the test images are left alone.
 *
 *     node build/tools/weights/sweep.js FOLDER [FILE] [--factors 0.1,1,10] [--head random] [--cells 0,1]
 *
 * FOLDER has models/ and datasets/; FILE is runs.jsonl here, unless it is given.
 */
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AdarandError } from '../../src/errors.js';
import { type TrainOptions, train } from '../../src/index.js';
import { type MethodName, methodNames, methods } from '../../src/methods/index.js';
import { type Cell, cells } from './cells.js';
import { keyOf, type Measured, readMeasured } from './measured.js';
import { RUNS } from './runs-file.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    factors: { type: 'string', default: '1,0.1,10' },
    head: { type: 'string', default: 'linear-probe' },
    cells: { type: 'string', default: [...cells.keys()].join(',') },
  },
});
const [root = '', file = RUNS] = positionals;
const head = values.head === 'random' ? 'random' : 'linear-probe';
const factors = values.factors.split(',').map(Number);
const done = new Set((existsSync(file) ? readMeasured(file) : []).map(keyOf));
const scratch = mkdtempSync(join(tmpdir(), 'adarand-weights-'));
try {
  for (const cell of values.cells.split(',').flatMap((i) => cells[Number(i)] ?? [])) {
    await measure(cell, 'fine-tuning', 1);
    for (const factor of factors) for (const method of weighted()) await measure(cell, method, factor);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Those with a penalty, and without source images, which only two networks here have. */
function weighted(): MethodName[] {
  return methodNames.filter((name) => {
    const { defaultLambda } = methods[name];
    return defaultLambda > 0 && !methods[name].bind().needs.includes('sourceBatch');
  });
}

async function measure(cell: Cell, method: MethodName, factor: number): Promise<void> {
  const run = { ...cell, epochs: 8, head, method, factor } as const;
  if (done.has(keyOf(run))) return;
  const { defaultLambda } = methods[method];
  const out = join(scratch, 'run');
  const accuracies: number[] = [];
  const options: TrainOptions = {
    data: join(root, 'datasets', cell.dataset),
    model: join(root, 'models', cell.model),
    trainFraction: cell.fraction,
    valFraction: 1 / 3,
    imageSize: cell.imageSize,
    seed: cell.seed,
    test: false,
    threads: 1,
    optimizer: 'sgd',
    method,
    head,
    epochs: run.epochs,
    out,
    ...(defaultLambda > 0 && { lambda: Number((factor * defaultLambda).toPrecision(6)) }),
    // The published estimate takes a pass for every channel, many times what the training takes here.
    ...(method === 'delta' && { methodOptions: { attention: 'gradient' } }),
  };
  const measured = await train(options, {
    onEvent(event) {
      if (event.type === 'epoch' && event.epoch > 0) accuracies.push(event.metrics.val_accuracy ?? 0);
    },
  }).catch((error: unknown) => {
    if (error instanceof AdarandError && error.code === 'training.diverged') return undefined;
    throw error;
  });
  rmSync(out, { recursive: true, force: true });
  const result: Measured =
    measured === undefined
      ? {
          ...run,
          effectiveLambda: 0,
          probe: null,
          kept: 0,
          trained: 0,
          last: 0,
          bestEpoch: 0,
          diverged: true,
        }
      : {
          ...run,
          effectiveLambda: measured.effective_lambda,
          probe: rounded(measured.probe_val_accuracy),
          kept: rounded(measured.val_accuracy ?? 0),
          trained: rounded(Math.max(...accuracies)),
          last: rounded(accuracies.at(-1) ?? 0),
          bestEpoch: measured.best_epoch,
        };
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

function rounded(accuracy: number): number;
function rounded(accuracy: number | null): number | null;
function rounded(accuracy: number | null): number | null {
  return accuracy === null ? null : Number(accuracy.toFixed(4));
}
