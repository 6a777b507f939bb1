import { join } from 'node:path';
import { principalComponents } from '../../src/analysis/pca.js';
import { at } from '../../src/errors.js';
import { componentAxes } from '../../src/figures/charts/component-axes.js';
import { type ScatterPanel, scatterPanels } from '../../src/figures/charts/scatter-panels.js';
import type { MethodResults } from '../../src/figures/comparison.js';
import { renderPng } from '../../src/figures/png.js';
import { standalone } from '../../src/figures/standalone.js';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { testFeatures } from './features.js';

/** More points than this hide each other. */
const POINTS = 800;

/** Writes `features.svg` and `features.png`: the test features of the first seed, a panel for each method, all on one scale. */
export async function drawFeatures(
  folder: string,
  data: string,
  results: readonly MethodResults[],
): Promise<string[]> {
  const panels: ScatterPanel[] = [];
  for (const { title, runs } of results) {
    const { run, test_accuracy } = at(runs, 0);
    const { values, d, labels } = await testFeatures(run, data, POINTS);
    const { projections, explainedVarianceRatio } = principalComponents(values, labels.length, d);
    panels.push({
      title,
      points: projections,
      labels,
      axes: componentAxes(explainedVarianceRatio),
      ...(test_accuracy === null ? {} : { accuracy: test_accuracy }),
    });
  }
  const classes = Array.from({ length: 10 }, (_, digit) => String(digit));
  const figure = await scatterPanels({ panels, classes, side: 320, sameScale: true });
  const [svg, png] = [join(folder, 'features.svg'), join(folder, 'features.png')];
  await writeFileAtomic(svg, standalone(figure));
  await writeFileAtomic(png, await renderPng(figure));
  return [svg, png];
}
