/**
 * Trains with every default, as a newcomer would, what the newcomer's table lists and what is not in its file yet; the table
 * is then written from the file.
 *
 *     npm run results:newcomer -- FOLDER [--networks A,B] [--seeds 0,1,2,3,4] [--contestants probe,train] [--minutes 10]
 *
 * FOLDER has models/ and datasets/. The table's networks are taken one after the other, each with all its seeds. Runs are kept in runs/newcomer: `oracle/newcomer.py` trains on their very images.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type RunSummary, resume, train, tune } from '../../src/index.js';
import { packageFolder } from '../../src/package.js';
import { datasets, networks } from './cells.js';
import { contestants, FILE, type Outcome, readOutcomes } from './outcome.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    networks: { type: 'string', default: networks.map(({ name }) => name).join() },
    seeds: { type: 'string', default: '0,1,2,3,4' },
    contestants: { type: 'string', default: 'probe,train' },
    minutes: { type: 'string', default: '10' },
  },
});
const [root = ''] = positionals;
const wanted = values.contestants.split(',');
const out = join(packageFolder(), 'runs', 'newcomer');
const done = new Set(readOutcomes().map(keyOf));

for (const { name: network, imageSize } of networks.filter(isWanted))
  for (const seed of values.seeds.split(',').map(Number))
    for (const dataset of datasets)
      for (const contestant of contestants)
        if (wanted.includes(contestant)) await measure({ dataset, network, seed, contestant }, imageSize);

function isWanted({ name }: { name: string }): boolean {
  return values.networks.split(',').includes(name);
}

async function measure(what: Omit<Outcome, 'accuracy' | 'images' | 'seconds'>, imageSize: number) {
  if (done.has(keyOf(what))) return;
  const { dataset, network, seed, contestant } = what;
  const folder = join(out, [dataset, network, seed, contestant].join('-'));
  const given = {
    data: join(root, 'datasets', dataset),
    model: join(root, 'models', network),
    imageSize,
    seed,
    out: folder,
  };
  const started = performance.now();
  const summary = await summaryOf();
  const seconds = (performance.now() - started) / 1000;
  if (summary.test_accuracy === null) throw new Error(`${folder} was not tested`);
  const outcome: Outcome = {
    ...what,
    accuracy: Number(summary.test_accuracy.toFixed(4)),
    images: summary.test_images,
    seconds: Math.round(seconds),
  };
  appendFileSync(FILE, `${JSON.stringify(outcome)}\n`);
  console.log(JSON.stringify(outcome));

  async function summaryOf(): Promise<RunSummary> {
    if (contestant === 'tune') return (await tune({ ...given, minutes: Number(values.minutes) })).best;
    if (existsSync(join(folder, 'run.json'))) return resume(folder);
    return train(contestant === 'probe' ? { ...given, epochs: 0 } : given);
  }
}

function keyOf({
  dataset,
  network,
  seed,
  contestant,
}: Omit<Outcome, 'accuracy' | 'images' | 'seconds'>): string {
  return [dataset, network, seed, contestant].join(' ');
}
