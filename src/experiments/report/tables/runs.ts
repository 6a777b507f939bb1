import type { ReportTable } from '../block.js';
import type { Evidence, RunEvidence } from '../evidence/evidence.js';
import { fractionText } from '../evidence/panels.js';

/** Every run: where it is, how it ended, and its figures. */
export function runsTable({ runs }: Evidence): ReportTable {
  const percent = (share: number | null | undefined) => (share == null ? '–' : (100 * share).toFixed(2));
  return {
    name: 'runs',
    title: 'All runs; accuracies in percent',
    folded: true,
    columns: [
      { title: 'dataset' },
      { title: 'backbone' },
      { title: 'method' },
      { title: 'images', number: true },
      { title: 'seed', number: true },
      { title: 'test', number: true },
      { title: 'validation', number: true },
      { title: 'kept epoch', number: true },
      { title: 'folder, or why there is no result' },
    ],
    rows: runs.map((run) => {
      const { dataset, model, method, fraction, seed } = run.place;
      const summary = run.status === 'finished' ? run.summary : undefined;
      return [
        ...[dataset, model, method, fractionText(fraction), String(seed)],
        ...[percent(summary?.test_accuracy), percent(summary?.val_accuracy)],
        summary === undefined ? '–' : `${summary.best_epoch} of ${summary.epochs}`,
        run.status === 'finished' ? run.path : `${statusText(run)}: ${run.why}`,
      ];
    }),
    notes: [],
    tidy: {
      columns: [
        ...['dataset', 'backbone', 'method', 'fraction', 'seed', 'status', 'test_accuracy', 'val_accuracy'],
        ...[
          'test_loss',
          'val_loss',
          'best_epoch',
          'epochs',
          'seconds_per_epoch',
          'peak_memory_bytes',
          'run',
          'error',
        ],
      ],
      rows: runs.map((run) => {
        const { dataset, model, method, fraction, seed } = run.place;
        const place = [dataset, model, method, fraction, seed, run.status];
        if (run.status !== 'finished') return [...place, ...new Array<undefined>(8), run.path, run.why];
        const { summary } = run;
        return [
          ...place,
          ...[summary.test_accuracy ?? undefined, summary.val_accuracy ?? undefined],
          ...[summary.test_loss ?? undefined, summary.val_loss ?? undefined],
          ...[
            summary.best_epoch,
            summary.epochs,
            summary.seconds_per_epoch ?? undefined,
            summary.peak_memory_bytes ?? undefined,
          ],
          run.path,
          undefined,
        ];
      }),
    },
  };
}

function statusText({ status }: RunEvidence): string {
  return status === 'failed' ? 'failed' : 'not finished';
}
