/**
 * Trains with default options but for the optimizer and its rate, in every cell, and adds a line to the file for each run; what
 * is there already is not repeated. Test images are left alone. The table is then written from the file.
 *
 *     npm run results:rates -- FOLDER
 *
 * FOLDER has models/ and datasets/.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdarandError, invariant } from '../../src/errors.js';
import { type RunEvent, type RunSummary, train } from '../../src/index.js';
import { packageFolder } from '../../src/package.js';
import { type Cell, cells, type Rate, rates } from './cells.js';
import { FILE, type Outcome, readOutcomes } from './outcome.js';

const SEED = 0;
const [root = ''] = process.argv.slice(2);
const done = new Set(readOutcomes().map(keyOf));

for (const cell of cells)
  for (const rate of rates) {
    const what = { network: cell.network, dataset: cell.dataset, ...rate, seed: SEED };
    if (done.has(keyOf(what))) continue;
    const outcome: Outcome = { ...what, ...(await reached(cell, rate)) };
    appendFileSync(FILE, `${JSON.stringify(outcome)}\n`);
    console.log(JSON.stringify(outcome));
  }

async function reached({ network, dataset, imageSize }: Cell, rate: Rate) {
  const epochs: Readonly<Record<string, number>>[] = [];
  const onEvent = (event: RunEvent) => {
    if (event.type === 'epoch') epochs.push(event.metrics);
  };
  const { head, optimizer, learningRate } = rate;
  const out = [network, dataset, head, optimizer, learningRate, SEED].join('-');
  const options = {
    data: join(root, 'datasets', dataset),
    model: join(root, 'models', network),
    ...{ imageSize, ...rate, seed: SEED, test: false, tensorboard: false, threads: 1 },
    out: join(packageFolder(), 'runs', 'rates', out),
  };
  const summary = await train(options, { onEvent }).catch((error: unknown) => {
    if (error instanceof AdarandError && error.code === 'training.diverged') return undefined;
    throw error;
  });
  return measured(summary, epochs);
}

/** A run that has diverged has what its last epoch had. */
function measured(summary: RunSummary | undefined, epochs: readonly Readonly<Record<string, number>>[]) {
  const accuracies = epochs.map(({ val_accuracy: accuracy }) => known(accuracy));
  const last = epochs.at(-1);
  invariant(last !== undefined, 'an epoch was validated');
  return {
    probe: summary?.probe_val_accuracy ?? null,
    best: Math.max(...accuracies),
    last: known(last.val_accuracy),
    loss: known(last.val_loss),
  };
}

function known(number: number | undefined): number {
  invariant(number !== undefined, 'runs have validation images');
  return number;
}

function keyOf(one: Pick<Outcome, 'network' | 'dataset' | 'seed'> & Rate): string {
  return [one.network, one.dataset, one.head, one.optimizer, one.learningRate, one.seed].join(' ');
}
