/**
 * `npm run results:quickstart`: runs examples/quickstart as it is, writes its figures between the markers of
 * docs/results.md, and its picture to assets/quickstart-features.svg.
 */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { methods } from '../../examples/quickstart/recipe.js';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { packageFolder } from '../../src/package.js';
import { describeMachine } from '../../src/run/folder/describe-machine.js';
import { parseStored, summarySchema } from '../../src/run/folder/record.js';
import { replaceBlock } from '../docs/block.js';
import { quickstartBlock } from './quickstart-block.js';

const root = packageFolder();
const runs = join(root, 'runs/quickstart');
const seeds = [0, 1, 2];

const started = performance.now();
execFileSync(process.execPath, [join(root, 'build/examples/quickstart.js'), '--seeds', `${seeds.length}`], {
  cwd: root,
  stdio: 'inherit',
});
const seconds = (performance.now() - started) / 1000;

const results = await Promise.all(
  methods.map(async ({ name, title }) => ({
    title,
    runs: await Promise.all(
      seeds.map((seed) => summaryOf(join(runs, `${name}-seed${seed}`, 'summary.json'))),
    ),
  })),
);
const date = new Date().toISOString().slice(0, 10);
const block = quickstartBlock(results, describeMachine(), { date, seconds });
const page = join(root, 'docs/results.md');
await writeFileAtomic(page, replaceBlock(await readFile(page, 'utf8'), 'quickstart', block));
const picture = join(root, 'assets/quickstart-features.svg');
await writeFileAtomic(picture, await readFile(join(runs, 'features.svg')));
console.log(`written: ${page}\nwritten: ${picture}`);

async function summaryOf(path: string) {
  return parseStored(summarySchema, await readFile(path, 'utf8'), path);
}
