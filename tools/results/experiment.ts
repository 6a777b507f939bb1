/**
 * `npm run results:experiment -- NAME FOLDER`: trains what experiments/NAME.yaml lists, with the models and datasets in
 * FOLDER, in runs/experiments/NAME, or goes on there, and writes tables of its report between the markers of
 * docs/results.md, and its evidence in experiments/evidence/NAME.json, by which claims are then decided. `--from EXPERIMENT`
 * takes one that has ended elsewhere, and trains nothing.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AdarandError } from '../../src/errors.js';
import { launchComparison } from '../../src/experiments/compare/launch.js';
import { readYaml } from '../../src/experiments/compare/options/read-yaml.js';
import { resolveExperiment } from '../../src/experiments/compare/options/resolve-experiment.js';
import { experimentRecordSchema } from '../../src/experiments/compare/record.js';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { report } from '../../src/index.js';
import { packageFolder } from '../../src/package.js';
import { parseStored } from '../../src/run/folder/record.js';
import { RunFolder } from '../../src/run/folder/run-folder.js';
import { writeEvidence } from '../claims/evidence/file.js';
import { evidenceOf } from '../claims/evidence/of-experiment.js';
import { replaceBlock } from '../docs/block.js';
import { measuredOn } from './measured.js';

/** Tables of the report that the document shows. Times are left out: the machine may have had other work. */
const isShown = (name: string) => /^(accuracy|differences|ablation|test-measures-.*)\.md$/.test(name);

const recordSchema = experimentRecordSchema.pick({ runs: true, seconds: true });

const { positionals, values } = parseArgs({ allowPositionals: true, options: { from: { type: 'string' } } });
const [name, root] = positionals;
if (name === undefined || (root === undefined && values.from === undefined))
  throw new AdarandError(
    'results.usage',
    'usage: experiment.js NAME FOLDER',
    'NAME: of a file in experiments/; FOLDER has models/ and datasets/.',
  );
const experiment = values.from ?? join(packageFolder(), 'runs/experiments', name);
if (values.from === undefined) await train(resolve(root ?? ''), experiment);
const { to, files } = await report({ runs: [experiment] });
const names = files.map((path) => basename(path)).filter(isShown);
const tables = await Promise.all(names.map((table) => readFile(join(to, 'tables', table), 'utf8')));
const page = join(packageFolder(), 'docs/results.md');
const content = [...tables.map((table) => table.trim()), await measured(experiment)].join('\n\n');
await writeFileAtomic(page, replaceBlock(await readFile(page, 'utf8'), `experiment ${name}`, content));
console.log(`written: ${page}`);
console.log(`written: ${await writeEvidence(await evidenceOf(name, experiment))}`);

/** A run of it that fails is in the report. */
async function train(folder: string, out: string): Promise<void> {
  const file = join(packageFolder(), 'experiments', `${name}.yaml`);
  // Its paths are those of the folder.
  process.chdir(folder);
  const { experiment: written, where } = await readYaml(file);
  const what = existsSync(join(out, 'experiment.json'))
    ? { resume: { path: out, retry: false, parallel: written.parallel } }
    : {
        start: {
          request: await resolveExperiment(written, where),
          out,
          parallel: written.parallel,
          where,
        },
      };
  await launchComparison(what, (event) => {
    if (event.type !== 'run-event') process.stderr.write(`${JSON.stringify(event)}\n`);
  }).result;
}

/** On what, by its first run; the time of all runs together. */
async function measured(path: string): Promise<string> {
  const file = join(path, 'experiment.json');
  const { runs, seconds } = parseStored(recordSchema, await readFile(file, 'utf8'), file);
  const finished = runs.find(({ status }) => status === 'finished');
  if (finished === undefined)
    throw new AdarandError('results.nothing', `${path} has no finished run`, 'Run it first: give FOLDER.');
  const { machine, started } = await (await RunFolder.open(join(path, finished.run))).record();
  return measuredOn(machine, { date: started.slice(0, 10), seconds });
}
