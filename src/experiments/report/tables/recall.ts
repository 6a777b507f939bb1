import { classMeasures, confusionCounts } from '../../../analysis/class-measures.js';
import { meanAndSpread } from '../../../analysis/statistics.js';
import { formatSpread } from '../../../figures/table.js';
import type { ReportTable } from '../block.js';
import type { AnsweredPanel } from '../evidence/answered.js';
import type { Panel } from '../evidence/panels.js';
import { fileName } from '../write/file-name.js';

/** Recall of each class in percent, mean and standard deviation over seeds; the worst class by the baseline first. */
export function recallTable(
  { panel, classes, methods }: AnsweredPanel,
  nameOf: (panel: Panel) => string,
): ReportTable {
  const K = classes.length;
  const recalls = methods.map(({ seeds }) =>
    seeds.map(({ images }) =>
      classMeasures(
        confusionCounts(
          images.map(({ truth }) => truth),
          images.map(({ predicted }) => predicted),
          K,
        ),
        K,
      ).map(({ recall }) => (recall === null ? Number.NaN : 100 * recall)),
    ),
  );
  const of = (method: number, k: number) =>
    (recalls[method] ?? []).map((seed) => seed[k] ?? Number.NaN).filter(Number.isFinite);
  const rows = classes
    .map((name, k) => ({ name, values: methods.map((_, method) => of(method, k)) }))
    .sort((a, b) => first(a.values) - first(b.values));
  return {
    name: fileName('recall', panel.dataset, panel.model),
    title: `Recall of each class in percent, ${nameOf(panel)}: mean ± standard deviation over seeds`,
    columns: [{ title: 'class' }, ...methods.map(({ method }) => ({ title: method, number: true }))],
    rows: rows.map(({ name, values }) => [
      name,
      ...values.map((of) => (of.length === 0 ? '–' : formatSpread(meanAndSpread(of), 1, false))),
    ]),
    notes: [],
    tidy: {
      columns: ['class', 'method', 'recall', 'sd', 'n'],
      rows: rows.flatMap(({ name, values }) =>
        values.map((of, method) => {
          const { mean, std } = of.length === 0 ? { mean: undefined, std: undefined } : meanAndSpread(of);
          return [name, methods[method]?.method, mean, std, of.length];
        }),
      ),
    },
  };
}

function first([values = []]: readonly (readonly number[])[]): number {
  return values.length === 0 ? Infinity : meanAndSpread(values).mean;
}
