import { median } from '../../../analysis/statistics.js';
import type { ReportTable } from '../block.js';
import type { Evidence, FinishedRun } from '../evidence/evidence.js';
import { namesOf, panelsOf } from '../evidence/panels.js';

/** Time of an epoch and largest memory, medians over seeds, and relative to the baseline. At the largest share of the images. */
export function costTable(evidence: Evidence): ReportTable {
  const { baseline } = evidence;
  const panels = panelsOf(evidence);
  const nameOf = namesOf(panels);
  const lines = panels.flatMap((panel) => {
    const fraction = Math.max(...panel.fractions);
    const runsOf = (method: string) => panel.cell(method, fraction).finished;
    const base = baseline === undefined ? [] : runsOf(baseline);
    return panel.methods.flatMap((method) => {
      const runs = runsOf(method);
      if (runs.length === 0) return [];
      const seconds = middle(runs, secondsOf);
      const bytes = middle(runs, bytesOf);
      const relative = (value: number | undefined, of: Measured) => {
        const other = middle(base, of);
        return value === undefined || other === undefined ? undefined : value / other;
      };
      return [
        {
          panel,
          method,
          runs,
          seconds,
          bytes,
          relativeSeconds: relative(seconds, secondsOf),
          relativeBytes: relative(bytes, bytesOf),
        },
      ];
    });
  });
  const times = (value: number | undefined) => (value === undefined ? '–' : `× ${value.toFixed(2)}`);
  return {
    name: 'costs',
    title: `Time of an epoch and largest memory: medians over seeds${baseline === undefined ? '' : `, and relative to ${baseline}`}`,
    columns: [
      ...(panels.length > 1 ? [{ title: 'data' }] : []),
      { title: 'method' },
      { title: 's per epoch', number: true },
      { title: 'relative', number: true },
      { title: 'MB', number: true },
      { title: 'relative', number: true },
      { title: 'n', number: true },
    ],
    rows: lines.map(({ panel, method, runs, seconds, bytes, relativeSeconds, relativeBytes }) => [
      ...(panels.length > 1 ? [nameOf(panel)] : []),
      method,
      seconds?.toPrecision(3) ?? '–',
      times(relativeSeconds),
      bytes === undefined ? '–' : (bytes / 1e6).toFixed(0),
      times(relativeBytes),
      String(runs.length),
    ]),
    notes: [
      'Epochs with their validation; the largest resident memory of a process, by its first run.',
      ...machines(lines.flatMap(({ runs }) => runs)),
    ],
    tidy: {
      columns: [
        ...['dataset', 'backbone', 'method', 'seconds_per_epoch', 'relative_seconds'],
        ...['peak_memory_bytes', 'relative_memory', 'n'],
      ],
      rows: lines.map(({ panel, method, runs, seconds, bytes, relativeSeconds, relativeBytes }) => [
        ...[panel.dataset, panel.model, method, seconds, relativeSeconds, bytes, relativeBytes, runs.length],
      ]),
    },
  };
}

/** Null where it was not measured. */
type Measured = (run: FinishedRun) => number | null;

const secondsOf: Measured = ({ summary }) => summary.seconds_per_epoch;
const bytesOf: Measured = ({ summary }) => summary.peak_memory_bytes;

/** Median of the runs that have it; undefined where none has. */
function middle(runs: readonly FinishedRun[], of: Measured): number | undefined {
  const values = runs.flatMap((run) => of(run) ?? []);
  return values.length === 0 ? undefined : median(values);
}

function machines(runs: readonly FinishedRun[]): string[] {
  const kinds = new Set(runs.map(({ record: { machine, threads } }) => `${machine.cpu}, ${threads} threads`));
  if (kinds.size < 2) return [];
  return [
    `Not all runs had the same machine and threads, so that times do not compare: ${Array.from(kinds).join('; ')}.`,
  ];
}
