import { criticalDifferenceDiagram } from '../../../figures/charts/critical-difference.js';
import type { ReportFigure } from '../block.js';
import { fractionText } from '../evidence/panels.js';
import type { Ranking } from '../evidence/ranks.js';
import { fileName } from '../write/file-name.js';

/** A diagram for each ranking of three methods or more. */
export function criticalDifferences(rankings: readonly Ranking[]): ReportFigure[] {
  return rankings.flatMap(({ model, fraction, methods, meanRanks, datasets, critical }) =>
    critical === undefined
      ? []
      : [
          {
            name: fileName('ranks', model, fractionText(fraction)),
            title: `Mean ranks over ${datasets.length} datasets, ${model}, ${fractionText(fraction)} of the training images; methods that a bar joins are not told apart (Nemenyi, 5 %)`,
            draw: (width) =>
              criticalDifferenceDiagram({
                ranks: methods.map((name, i) => ({ name, rank: meanRanks[i] ?? Number.NaN })),
                critical,
                width,
              }),
          },
        ],
  );
}
