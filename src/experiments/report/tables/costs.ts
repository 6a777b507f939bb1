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
      const [seconds, bytes] = [medianOf(runs, secondsOf), medianOf(runs, bytesOf)];
      return [
        {
          panel,
          method,
          runs,
          seconds,
          bytes,
          relativeSeconds: ratio(seconds, medianOf(base, secondsOf)),
          relativeBytes: ratio(bytes, medianOf(base, bytesOf)),
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
      'Epochs with their validation; the largest resident memory of the process.',
      ...(lines.some(({ runs }) => runs.some((run) => bytesOf(run) === null))
        ? [
            'Memory is of the runs that had a process of their own; where there is none of a method, it is not known.',
          ]
        : []),
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

const secondsOf = ({ summary }: FinishedRun) => summary.seconds_per_epoch;
const bytesOf = ({ summary }: FinishedRun) => summary.peak_memory_bytes;

/** Over the runs that have it; undefined where none has. */
function medianOf(runs: readonly FinishedRun[], of: (run: FinishedRun) => number | null): number | undefined {
  const values = runs.flatMap((run) => of(run) ?? []);
  return values.length === 0 ? undefined : median(values);
}

function ratio(value: number | undefined, base: number | undefined): number | undefined {
  return value === undefined || base === undefined || base === 0 ? undefined : value / base;
}

function machines(runs: readonly FinishedRun[]): string[] {
  const kinds = new Set(runs.map(({ record: { machine, threads } }) => `${machine.cpu}, ${threads} threads`));
  if (kinds.size < 2) return [];
  return [
    `Not all runs had the same machine and threads, so that times do not compare: ${Array.from(kinds).join('; ')}.`,
  ];
}
