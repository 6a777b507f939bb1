import type { CompareReport } from '../experiments/compare/report.js';
import { formatComparison } from '../experiments/compare/tables.js';
import { commandLine } from '../run/command-line.js';
import { duration } from './format.js';

/** What is printed at the end of an experiment. */
export function conclusion(report: CompareReport): string[] {
  const { path, runs, finished, failed, seconds } = report;
  return [
    '',
    ...formatComparison(runs),
    '',
    failed === 0
      ? `all ${finished} runs have finished`
      : `${failed} of ${runs.length} runs failed: ${commandLine('compare', '--resume', path, '--retry')}`,
    `${duration(seconds)} in all`,
    `written: ${path}/ with experiment.json, runs/, splits/`,
  ];
}
