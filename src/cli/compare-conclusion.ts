import { duration } from '../duration.js';
import type { DryRunReport } from '../experiments/compare/dry-run.js';
import type { ExperimentProfile } from '../experiments/compare/experiment-profile.js';
import type { CompareReport } from '../experiments/compare/report.js';
import { formatComparison } from '../experiments/compare/tables.js';
import { formatTable } from '../figures/table.js';
import { formatBytes } from '../files/format-bytes.js';
import { percent } from '../format-accuracy.js';
import { commandLine } from '../run/command-line.js';
import { percentOf } from '../run/options/percent-of.js';
import { totalOf } from '../run/profile/profile.js';
import { profileTable } from './profile-table.js';

/** What is printed at the end of an experiment. */
export function conclusion(report: CompareReport, { profile }: { readonly profile: boolean }): string[] {
  const { path, runs, finished, failed, seconds } = report;
  return [
    '',
    ...formatComparison(runs),
    '',
    ...(profile ? profiled(report.profile) : []),
    failed === 0
      ? `all ${finished} runs have finished`
      : `${failed} of ${runs.length} runs failed: ${commandLine('compare', '--resume', path, '--retry')}`,
    `${duration(seconds)} in all`,
    `written: ${path}/ with experiment.json, runs/, splits/`,
    `next: ${commandLine('report', path)}`,
  ];
}

function profiled(profile: ExperimentProfile | null): string[] {
  if (profile === null) return ['no run says what its time went into', ''];
  const { runs, parts, run_seconds, onnxruntime_share, check_seconds } = profile;
  const around = run_seconds - totalOf(parts).seconds;
  return [
    profileTable(parts),
    '',
    `${percent(onnxruntime_share)} of the time of ${runs} runs, ${duration(run_seconds)}, were inside ONNX Runtime; ${duration(around)} of it went into starting and ending processes`,
    `the checks before the first run took ${duration(check_seconds)}`,
    '',
  ];
}

/** What is printed of an experiment that is not trained. */
export function expectation({
  runs,
  trials,
  parallel,
  threads,
  seconds,
  peak_memory_bytes: memory,
  expected,
}: DryRunReport): string[] {
  const columns = ['dataset', 'model', 'method', 'images', 'share', 'epochs', 'one run', 'runs'];
  const rows = expected.map((one) => [
    one.dataset,
    one.model,
    one.method,
    one.images,
    `${percentOf(one.fraction)} %`,
    one.epochs,
    duration(one.seconds),
    one.runs,
  ]);
  const beside = parallel === 1 ? 'one after another' : `${parallel} side by side`;
  return [
    formatTable(
      columns.map((title) => ({ title })),
      rows,
    ),
    '',
    `${runs} runs${trials === 0 ? '' : ` and ${trials} of the search`}, ${beside}, ${threads} ${threads === 1 ? 'thread' : 'threads'} each: about ${duration(seconds)} in all, by the steps that were measured`,
    `each takes up to ${formatBytes(memory)} of memory`,
  ];
}
