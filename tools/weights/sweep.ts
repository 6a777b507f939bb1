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
import { z } from 'zod';
import { AdarandError, at, invariant } from '../../src/errors.js';
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
const list = z.string().transform((text) => text.split(',').map(Number));
const settings = z
  .object({
    factors: list.pipe(z.array(z.number().positive())),
    head: z.enum(['linear-probe', 'random']),
    cells: list.pipe(
      z.array(
        z
          .int()
          .min(0)
          .max(cells.length - 1),
      ),
    ),
  })
  .parse(values);
const done = new Set((existsSync(file) ? readMeasured(file) : []).map(keyOf));
const scratch = mkdtempSync(join(tmpdir(), 'adarand-weights-'));
try {
  for (const cell of settings.cells.map((i) => at(cells, i))) {
    await measure(cell, 'fine-tuning', 1);
    for (const factor of settings.factors)
      for (const method of weighted()) await measure(cell, method, factor);
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
  const run = { ...cell, epochs: 8, head: settings.head, method, factor } as const;
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
    head: settings.head,
    epochs: run.epochs,
    out,
    ...(defaultLambda > 0 && { lambda: Number((factor * defaultLambda).toPrecision(6)) }),
    // The published estimate takes a pass for every channel, many times what the training takes here.
    ...(method === 'delta' && { methodOptions: { attention: 'gradient' } }),
  };
  const measured = await train(options, {
    onEvent(event) {
      if (event.type === 'epoch' && event.epoch > 0) accuracies.push(validated(event.metrics.val_accuracy));
    },
  }).catch((error: unknown) => {
    if (error instanceof AdarandError && error.code === 'training.diverged') return undefined;
    throw error;
  });
  rmSync(out, { recursive: true, force: true });
  const result: Measured =
    measured === undefined
      ? { ...run, diverged: true }
      : {
          ...run,
          effectiveLambda: measured.effective_lambda,
          probe: measured.probe_val_accuracy === null ? null : rounded(measured.probe_val_accuracy),
          kept: rounded(validated(measured.val_accuracy)),
          trained: rounded(Math.max(...accuracies)),
          last: rounded(at(accuracies, accuracies.length - 1)),
          bestEpoch: measured.best_epoch,
        };
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

/** Every run here has validation images. */
function validated(accuracy: number | null | undefined): number {
  invariant(typeof accuracy === 'number', 'an accuracy on the validation images');
  return accuracy;
}

const rounded = (accuracy: number): number => Number(accuracy.toFixed(4));
