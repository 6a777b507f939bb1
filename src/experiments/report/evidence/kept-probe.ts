import { type FinishedRun, isFinished, type RunEvidence } from './evidence.js';

/** Whether a run ended with the linear probe that it began with, because no epoch was better in validation. */
export function keptProbe({ record, summary }: FinishedRun): boolean {
  return record.options.head === 'linear-probe' && summary.best_epoch === 0;
}

/** How many runs did, in a sentence; nothing where none has. */
export function keptProbes(runs: readonly RunEvidence[]): string[] {
  const finished = runs.filter(isFinished);
  const kept = finished.filter(keptProbe).length;
  if (kept === 0) return [];
  return [
    `${kept} of ${finished.length} runs kept the linear probe that all begin with, because no epoch was better in validation: there, methods are alike.`,
  ];
}
