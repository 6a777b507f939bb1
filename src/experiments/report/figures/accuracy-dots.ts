import { dotChart } from '../../../figures/charts/dot-chart.js';
import type { ReportFigure } from '../block.js';
import type { Evidence } from '../evidence/evidence.js';
import { accuracyOf, fractionText, namesOf, panelsOf } from '../evidence/panels.js';
import { fileName } from '../write/file-name.js';

/** For each dataset and network, at the largest share of the images: a mark per method, a dot per seed. */
export function accuracyDots(evidence: Evidence): ReportFigure[] {
  const { split } = evidence;
  const panels = panelsOf(evidence);
  const nameOf = namesOf(panels);
  return panels.flatMap((panel) => {
    const fraction = Math.max(...panel.fractions);
    const rows = panel.methods.flatMap((method) => {
      const values = panel.cell(method, fraction).finished.map((run) => accuracyOf(run, split));
      return values.length === 0 ? [] : [{ name: method, values, color: evidence.methods.indexOf(method) }];
    });
    if (rows.length === 0) return [];
    const label = split === 'test' ? 'test accuracy (%)' : 'validation accuracy (%)';
    const share = fraction === 1 ? '' : `, ${fractionText(fraction)} of the training images`;
    return [
      {
        name: fileName('accuracy', panel.dataset, panel.model),
        title: `Accuracy on ${nameOf(panel)}${share}: mean, standard deviation over seeds, and each seed`,
        draw: (width) => dotChart({ rows, label, width }),
      },
    ];
  });
}
