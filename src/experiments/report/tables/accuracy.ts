import { pairedTest } from '../../../analysis/paired-test.js';
import { meanAndSpread } from '../../../analysis/statistics.js';
import { formatSpread } from '../../../figures/table.js';
import type { ReportTable, Cell as TableCell } from '../block.js';
import type { Evidence } from '../evidence/evidence.js';
import { keptProbes } from '../evidence/kept-probe.js';
import { accuracyOf, type Cell, fractionText, type Panel, pairsOf, panelsOf } from '../evidence/panels.js';

/**
 * Mean and standard deviation over seeds, by method and share of the training images. A row for each method of a dataset and
 * a network, a column for each share; with one share alone, a column for each dataset.
 */
export function accuracyTable(evidence: Evidence): ReportTable {
  const panels = panelsOf(evidence);
  const { columns, rows } = layoutOf(panels, evidence);
  const name = evidence.split === 'test' ? 'Test accuracy' : 'Validation accuracy';
  return {
    name: 'accuracy',
    title: `${name} in percent: mean ± standard deviation over seeds (n)`,
    columns,
    rows,
    notes: [
      'Bold: better than every other method, by paired t intervals that hold together with 95 % confidence (Bonferroni).',
      ...(panels.some(hasLost)
        ? ['A mean is over the runs that have ended; how many failed stands beside it.']
        : []),
      ...keptProbes(evidence.runs),
    ],
    tidy: tidyOf(panels, evidence),
  };
}

function layoutOf(panels: readonly Panel[], evidence: Evidence): Pick<ReportTable, 'columns' | 'rows'> {
  const several = (of: 'dataset' | 'model') => new Set(panels.map((panel) => panel[of])).size > 1;
  const fractions = Array.from(new Set(panels.flatMap((panel) => panel.fractions))).sort((a, b) => b - a);
  const models = several('model') ? [{ title: 'backbone' }] : [];
  const cellIn = (panel: Panel | undefined, method: string, fraction: number) =>
    panel === undefined ? '' : shown(panel, method, fraction, evidence.split);
  const [only] = fractions;
  if (fractions.length === 1 && only !== undefined && several('dataset')) {
    const datasets = Array.from(new Set(panels.map(({ dataset }) => dataset)));
    const networks = Array.from(new Set(panels.map(({ model }) => model)));
    return {
      columns: [...models, { title: 'method' }, ...datasets.map((title) => ({ title, number: true }))],
      rows: networks.flatMap((model) =>
        evidence.methods.map((method) => [
          ...(models.length > 0 ? [model] : []),
          method,
          ...datasets.map((dataset) =>
            cellIn(
              panels.find((panel) => panel.dataset === dataset && panel.model === model),
              method,
              only,
            ),
          ),
        ]),
      ),
    };
  }
  const datasets = several('dataset') ? [{ title: 'dataset' }] : [];
  return {
    columns: [
      ...datasets,
      ...models,
      { title: 'method' },
      ...fractions.map((fraction) => ({
        title: fractions.length === 1 && fraction === 1 ? 'accuracy' : fractionText(fraction),
        number: true,
      })),
    ],
    rows: panels.flatMap((panel) =>
      panel.methods.map((method) => [
        ...(datasets.length > 0 ? [panel.dataset] : []),
        ...(models.length > 0 ? [panel.model] : []),
        method,
        ...fractions.map((fraction) => cellIn(panel, method, fraction)),
      ]),
    ),
  };
}

function hasLost({ methods, fractions, cell }: Panel): boolean {
  return methods.some((method) =>
    fractions.some((fraction) => cell(method, fraction).failed + cell(method, fraction).unfinished > 0),
  );
}

/** `93.12 ± 0.21 (n=3), 2 of 5 failed`. */
function shown(panel: Panel, method: string, fraction: number, split: Evidence['split']): TableCell {
  const cell = panel.cell(method, fraction);
  if (cell.runs.length === 0) return '–';
  const lost = lostText(cell);
  if (cell.finished.length === 0) return lost;
  const spread = meanAndSpread(cell.finished.map((run) => accuracyOf(run, split)));
  const text = [formatSpread(spread), ...(lost === '' ? [] : [lost])].join(', ');
  return isBest(panel, method, fraction, split) ? { strong: text } : text;
}

/** `2 of 5 failed, 1 not finished`; nothing where all have ended. */
export function lostText({ runs, failed, unfinished }: Cell): string {
  return [
    ...(failed > 0 ? [`${failed} of ${runs.length} failed`] : []),
    ...(unfinished > 0 ? [`${unfinished} of ${runs.length} not finished`] : []),
  ].join(', ');
}

/** Whether intervals of the difference to each other method, corrected for their number, are above 0. */
function isBest(panel: Panel, method: string, fraction: number, split: Evidence['split']): boolean {
  const own = panel.cell(method, fraction);
  // A method that is not here at this share, or whose every run failed, has no mean to be better than.
  const others = panel.methods
    .filter((other) => other !== method)
    .map((other) => panel.cell(other, fraction))
    .filter(({ finished, unfinished }) => finished.length + unfinished > 0);
  return (
    others.length > 0 &&
    others.every((cell) => {
      const pairs = pairsOf(own, cell);
      if (pairs.length < 2) return false;
      const { low, p } = pairedTest(
        pairs.map(([run]) => accuracyOf(run, split)),
        pairs.map(([, run]) => accuracyOf(run, split)),
        1 - 0.05 / others.length,
      );
      return p !== undefined && low > 0;
    })
  );
}

function tidyOf(panels: readonly Panel[], { split }: Evidence): NonNullable<ReportTable['tidy']> {
  return {
    columns: [
      'dataset',
      'backbone',
      'method',
      'fraction',
      'split',
      'mean',
      'sd',
      'n',
      'failed',
      'unfinished',
      'best',
    ],
    rows: panels.flatMap((panel) =>
      panel.methods.flatMap((method) =>
        panel.fractions.flatMap((fraction) => {
          const { runs, finished, failed, unfinished } = panel.cell(method, fraction);
          if (runs.length === 0) return [];
          const values = finished.map((run) => accuracyOf(run, split));
          const { mean, std } =
            values.length === 0 ? { mean: undefined, std: undefined } : meanAndSpread(values);
          const best = typeof shown(panel, method, fraction, split) !== 'string';
          const { dataset, model } = panel;
          return [
            [dataset, model, method, fraction, split, mean, std, values.length, failed, unfinished, best],
          ];
        }),
      ),
    ),
  };
}
