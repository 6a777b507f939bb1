import type { Launched } from '../../process/launch.js';
import { launchRuns } from '../launch-runs.js';
import { type Continuation, type NewExperiment, resumeComparison, startComparison } from './compare.js';
import { type DryRunReport, dryRun } from './dry-run.js';
import type { CompareEvent } from './events.js';
import type { CompareReport } from './report.js';

export type Comparing = { readonly start: NewExperiment } | { readonly resume: Continuation };

/** Measures what an experiment would take. */
export function launchDryRun(
  what: NewExperiment,
  onEvent: ((event: CompareEvent) => void) | undefined = undefined,
): Launched<DryRunReport> {
  return launchRuns((runner) => dryRun(what, { ...runner, emit: (event) => onEvent?.(event) }));
}

/** Compares here, with each run in a process of its own; stopping it stops the runs that are going on. */
export function launchComparison(
  what: Comparing,
  onEvent: ((event: CompareEvent) => void) | undefined = undefined,
): Launched<CompareReport> {
  return launchRuns((runner) => {
    const host = { ...runner, emit: (event: CompareEvent) => onEvent?.(event) };
    return 'start' in what ? startComparison(what.start, host) : resumeComparison(what.resume, host);
  });
}
