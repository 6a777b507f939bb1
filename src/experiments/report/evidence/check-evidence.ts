import { AdarandError, at } from '../../../errors.js';
import { type Evidence, type FinishedRun, isFinished, type RunEvidence } from './evidence.js';

/**
 * What accuracies are measured on, if that is the same for all runs.
 *
 * @throws AdarandError `report.nothing` if no run has ended, `report.mixed` if their figures are of different kinds,
 * `report.same-place` if two runs are one another's repetition.
 */
export function checkEvidence(runs: readonly RunEvidence[]): Evidence['split'] {
  const finished = runs.filter(isFinished);
  if (finished.length === 0) throw nothing(runs);
  checkPlaces(runs);
  checkComparable(finished);
  return splitOf(finished);
}

function nothing(runs: readonly RunEvidence[]): AdarandError {
  const [first] = runs.filter((run) => run.status === 'failed');
  const failed = runs.filter(({ status }) => status === 'failed').length;
  if (first === undefined || first.status === 'finished')
    return new AdarandError(
      'report.nothing',
      `none of the ${runs.length} runs has ended: ${at(runs, 0).path}`,
      'Wait for them, or continue them.',
    );
  return new AdarandError(
    'report.nothing',
    `none of the ${runs.length} runs has a result; ${failed} failed, the first of them ${first.path}: ${first.why}`,
    'Repeat them with what the message says changed.',
  );
}

function checkPlaces(runs: readonly RunEvidence[]): void {
  const seen = new Map<string, RunEvidence>();
  for (const run of runs) {
    const { dataset, model, method, fraction, seed } = run.place;
    const key = JSON.stringify([dataset, model, method, fraction, seed]);
    const other = seen.get(key);
    if (other !== undefined)
      throw new AdarandError(
        'report.same-place',
        `${other.path} and ${run.path} are the same run twice: ${method} on ${dataset} with ${model}, seed ${seed}`,
        'Leave one of them out, so that it does not count twice.',
      );
    seen.set(key, run);
  }
}

/** The runs of a seed have the same images, and all runs of a dataset the same classes and test. */
function checkComparable(runs: readonly FinishedRun[]): void {
  const sameIn = (
    what: string,
    keyOf: (run: FinishedRun) => unknown[],
    propertyOf: (run: FinishedRun) => unknown,
  ) => {
    const seen = new Map<string, FinishedRun>();
    for (const run of runs) {
      const key = JSON.stringify(keyOf(run));
      const other = seen.get(key) ?? run;
      seen.set(key, other);
      if (JSON.stringify(propertyOf(other)) !== JSON.stringify(propertyOf(run)))
        throw mixed(
          `${other.path} and ${run.path} have different ${what}, though both are of ${run.place.dataset}`,
        );
    }
  };
  sameIn(
    'classes',
    ({ place }) => [place.dataset],
    ({ record }) => record.data.classes,
  );
  sameIn(
    'test-time augmentation',
    ({ place }) => [place.dataset, place.model],
    ({ summary }) => summary.tta,
  );
  sameIn(
    'images at the same seed',
    ({ place: { dataset, fraction, seed } }) => [dataset, fraction, seed],
    ({ record }) => record.data.fingerprint,
  );
}

function splitOf(runs: readonly FinishedRun[]): Evidence['split'] {
  const tested = runs.find(({ summary }) => summary.test_accuracy !== null);
  const untested = runs.find(({ summary }) => summary.test_accuracy === null);
  if (untested === undefined) return 'test';
  if (tested !== undefined)
    throw mixed(
      `${tested.path} has a test accuracy, and ${untested.path} has none: they cannot be in one table`,
    );
  const blind = runs.find(({ summary }) => summary.val_accuracy === null);
  if (blind === undefined) return 'val';
  throw mixed(`${blind.path} has neither a test accuracy nor a validation accuracy`);
}

function mixed(message: string): AdarandError {
  return new AdarandError('report.mixed', message, 'Make a report of each kind of run.');
}
