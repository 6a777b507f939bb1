/** `node build/tools/weights/curves.js`: what the sweep has measured, between the markers of docs/results.md and as a picture. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { methods } from '../../src/methods/index.js';
import { packageFolder } from '../../src/package.js';
import { replaceBlock } from '../docs/block.js';
import { readMeasured } from './measured.js';
import { RUNS } from './runs-file.js';
import { curvesOf, type MethodCurve } from './weight-curves.js';
import { weightsBlock } from './weights-block.js';
import { weightsChart } from './weights-chart.js';

const runs = readMeasured(RUNS).filter(({ head }) => head === 'linear-probe');
const curves = curvesOf(runs);

const results = join(packageFolder(), 'docs', 'results.md');
await writeFileAtomic(
  results,
  replaceBlock(await readFile(results, 'utf8'), 'weights', weightsBlock(runs, curves)),
);

const onFeatures = ({ method }: MethodCurve) => methods[method].lambdaUnit === 'features';
await draw('weights-features.svg', 'Penalties on the features', curves.filter(onFeatures));
await draw(
  'weights-others.svg',
  'Other penalties',
  curves.filter((curve) => !onFeatures(curve)),
);

async function draw(file: string, title: string, shown: readonly MethodCurve[]): Promise<void> {
  await writeFileAtomic(join(packageFolder(), 'assets', file), await weightsChart(title, shown));
}
