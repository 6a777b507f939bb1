import { meanAndSpread } from '../../../analysis/statistics.js';
import { formatSpread } from '../../../figures/table.js';
import type { ReportTable } from '../block.js';
import type { Evidence } from '../evidence/evidence.js';
import { type Measure, measures } from '../evidence/measures.js';
import { namesOf, type Panel, panelsOf } from '../evidence/panels.js';
import { fileName } from '../write/file-name.js';

/**
 * What `--diagnostics` has measured of the test images, for each dataset and network where a run has it: mean and standard
 * deviation over seeds, at the largest share of the training images.
 */
export function testMeasureTables(evidence: Evidence): ReportTable[] {
  const panels = panelsOf(evidence);
  const nameOf = namesOf(panels);
  return panels.flatMap((panel) => {
    const methods = panel.methods.filter((method) =>
      measures.some((measure) => valuesOf(panel, method, measure).length > 0),
    );
    if (methods.length === 0) return [];
    const lines = measures
      .map((measure) => ({ measure, values: methods.map((method) => valuesOf(panel, method, measure)) }))
      .filter(({ values }) => values.some(({ length }) => length > 0));
    return [
      {
        name: fileName('test-measures', panel.dataset, panel.model),
        title: `Features and answers of the test images, ${nameOf(panel)}: mean ± standard deviation over seeds (n)`,
        columns: [{ title: 'measure' }, ...methods.map((title) => ({ title, number: true }))],
        rows: lines.map(({ measure: { row }, values }) => [
          row,
          ...values.map((of) => (of.length === 0 ? '–' : formatSpread(meanAndSpread(of), 3))),
        ]),
        notes: ['The temperature is fitted to the validation images.'],
        tidy: {
          columns: ['measure', 'method', 'mean', 'sd', 'n'],
          rows: lines.flatMap(({ measure, values }) =>
            values.map((of, i) => {
              const { mean, std } = of.length === 0 ? { mean: undefined, std: undefined } : meanAndSpread(of);
              return [measure.name, methods[i], mean, std, of.length];
            }),
          ),
        },
      },
    ];
  });
}

/** One for each seed that has it. */
function valuesOf(panel: Panel, method: string, { name, factor }: Measure): number[] {
  return panel.cell(method, Math.max(...panel.fractions)).finished.flatMap(({ summary }) => {
    const value = summary.diagnostics?.[name];
    return value === undefined || value === null ? [] : [factor * value];
  });
}
