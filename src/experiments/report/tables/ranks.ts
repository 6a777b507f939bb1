import type { ReportTable } from '../block.js';
import { fractionText } from '../evidence/panels.js';
import type { Ranking } from '../evidence/ranks.js';
import { pText } from './differences.js';

/** Mean ranks over datasets; 1 is the best. */
export function rankTable(rankings: readonly Ranking[]): ReportTable {
  return {
    name: 'ranks',
    title: 'Mean ranks over datasets (1 is the best)',
    columns: [
      { title: 'backbone' },
      { title: 'images', number: true },
      { title: 'method' },
      { title: 'mean rank', number: true },
      { title: 'datasets', number: true },
    ],
    rows: rankings.flatMap(({ model, fraction, methods, meanRanks, datasets }) =>
      methods
        .map((method, i) => ({ method, rank: meanRanks[i] ?? Number.NaN }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ method, rank }) => [
          model,
          fractionText(fraction),
          method,
          rank.toFixed(2),
          String(datasets.length),
        ]),
    ),
    notes: rankings.map(noteOn),
    tidy: {
      columns: [
        'backbone',
        'fraction',
        'method',
        'mean_rank',
        'datasets',
        'friedman',
        'p',
        'critical_difference',
      ],
      rows: rankings.flatMap(({ model, fraction, methods, meanRanks, datasets, statistic, p, critical }) =>
        methods.map((method, i) => [
          ...[model, fraction, method, meanRanks[i], datasets.length, statistic, p, critical],
        ]),
      ),
    },
  };
}

function noteOn({ model, fraction, methods, datasets, statistic, p, critical }: Ranking): string {
  const test = `Friedman: chi-squared ${statistic.toFixed(2)} with ${methods.length - 1} degrees of freedom, p ${pText(p)}`;
  const apart =
    critical === undefined
      ? ''
      : p < 0.05
        ? `; mean ranks differ significantly where they are more than ${critical.toFixed(2)} apart (Nemenyi, 5 %)`
        : `; no difference is significant (the critical difference of Nemenyi would be ${critical.toFixed(2)})`;
  const few = datasets.length < 10 ? `. ${datasets.length} datasets are few for this approximation` : '';
  return `${model}, ${fractionText(fraction)} of the training images, ${datasets.length} datasets. ${test}${apart}${few}.`;
}
