import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AdarandError } from '../../src/errors.js';
import { train } from '../../src/index.js';
import { isMethodName, methods } from '../../src/methods/index.js';
import { type Cell, cells } from './cells.js';
import { keyOf, type Measured, measuredSchema } from './measured.js';

/**
 * Trains every method with several weights in every cell, and adds a line to FILE for each run; what is there already is
 * not run again. A third of the training images is validated on; the test images are left alone.
 *
 *     node build/tools/weights/sweep.js FOLDER FILE METHOD=FACTOR,FACTOR ... [--head random] [--cells 0,1]
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    factors: { type: 'string', default: '0.1,1,10' },
    methods: { type: 'string', default: 'fnp,l2-sp,delta,bss,core-tuning,dr-tune,co-tuning,randreg,adarand' },
    head: { type: 'string', default: 'linear-probe' },
    cells: { type: 'string', default: '' },
  },
});
const [root = '', file = '', ...wanted] = positionals;
const tried = wanted.flatMap((words) => {
  const [method = '', factors = ''] = words.split('=');
  return factors.split(',').map((factor) => ({ method, factor: Number(factor) }));
});
const head = values.head === 'random' ? 'random' : 'linear-probe';
const chosen = values.cells === '' ? cells : values.cells.split(',').flatMap((i) => cells[Number(i)] ?? []);

const done = new Set(
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => keyOf(measuredSchema.parse(JSON.parse(line))))
    : [],
);

const scratch = mkdtempSync(join(tmpdir(), 'adarand-weights-'));
try {
  for (const cell of chosen) {
    await measure(cell, 'fine-tuning', 1);
    for (const { method, factor } of tried) await measure(cell, method, factor);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function measure(cell: Cell, method: string, factor: number): Promise<void> {
  if (!isMethodName(method)) throw new Error(`${method} is no method`);
  const run = { ...cell, method, factor, head, epochs: 8 } as const;
  if (done.has(keyOf(run))) return;
  const { defaultLambda } = methods[method];
  const lambda = Number((factor * defaultLambda).toPrecision(6));
  const out = join(scratch, 'run');
  const epochs: Measured['perEpoch'] = [];
  let result: Measured;
  try {
    const summary = await train(
      {
        data: join(root, 'datasets', cell.dataset),
        model: join(root, 'models', cell.model),
        trainFraction: cell.fraction,
        valFraction: 1 / 3,
        imageSize: cell.imageSize,
        seed: cell.seed,
        test: false,
        threads: 1,
        method,
        head,
        epochs: run.epochs,
        out,
        ...(defaultLambda !== 0 && { lambda }),
        // The published estimate takes a pass for every channel, many times what the training takes here.
        ...(method === 'delta' && { methodOptions: { attention: 'gradient' } }),
      },
      {
        onEvent(event) {
          if (event.type !== 'epoch') return;
          const { val_accuracy, val_loss, task_loss, penalty } = event.metrics;
          epochs.push([val_accuracy ?? null, val_loss ?? null, task_loss ?? null, penalty ?? null]);
        },
      },
    );
    const record = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
    result = {
      ...run,
      effectiveLambda: record.settings.effectiveLambda,
      learningRate: record.settings.learningRate,
      meanSquare: record.settings.featureMeanSquare,
      accuracy: summary.val_accuracy ?? 0,
      probe: summary.probe_val_accuracy ?? null,
      bestEpoch: summary.best_epoch,
      perEpoch: epochs,
    };
  } catch (error) {
    if (!(error instanceof AdarandError) || error.code !== 'training.diverged') throw error;
    result = { ...run, error: error.message, perEpoch: epochs };
  }
  rmSync(out, { recursive: true, force: true });
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}
