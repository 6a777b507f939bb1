import { meanAndSpread } from '../../../analysis/statistics.js';
import { lineChart } from '../../../figures/charts/line-chart.js';
import type { ReportFigure } from '../block.js';
import type { Evidence } from '../evidence/evidence.js';
import { accuracyOf, namesOf, panelsOf } from '../evidence/panels.js';
import { fileName } from '../write/file-name.js';

/** Accuracy by the share of the training images, where there are two shares or more: a line per method. */
export function smallDataCurves(evidence: Evidence): ReportFigure[] {
  const { split, methods } = evidence;
  const panels = panelsOf(evidence);
  const nameOf = namesOf(panels);
  return panels.flatMap((panel) => {
    const fractions = [...panel.fractions].reverse();
    if (fractions.length < 2) return [];
    const series = panel.methods.flatMap((method) => {
      const points = fractions.flatMap((fraction) => {
        const values = panel.cell(method, fraction).finished.map((run) => accuracyOf(run, split));
        return values.length === 0 ? [] : [{ fraction, ...meanAndSpread(values) }];
      });
      if (points.length === 0) return [];
      return [
        {
          name: method,
          style: methods.indexOf(method),
          x: points.map(({ fraction }) => fraction),
          y: points.map(({ mean }) => mean),
          spread: points.map(({ std }) => (Number.isFinite(std) ? std : 0)),
        },
      ];
    });
    return [
      {
        name: fileName('small-data', panel.dataset, panel.model),
        title: `Accuracy on ${nameOf(panel)} by the share of the training images: mean over seeds, and a standard deviation to each side`,
        draw: (width) =>
          lineChart({
            series,
            distinct: true,
            width,
            height: Math.round(Math.min(300, 0.62 * width)),
            xLabel: 'share of the training images',
            yLabel: split === 'test' ? 'test accuracy (%)' : 'validation accuracy (%)',
            logarithmic: { ticks: fractions, format: '.3~%' },
          }),
      },
    ];
  });
}
