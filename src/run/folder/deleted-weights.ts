import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { AdarandError } from '../../errors.js';
import { commandLine } from '../command-line.js';
import type { Failure } from '../failure.js';
import { type ManyRuns, manyRunsAt } from './experiment-files.js';
import { failureOfRun } from './failed-run.js';

/**
 * The error for the weights of a run that are not there because the search or the comparison that it belongs to has
 * deleted them; undefined for any other run. Its folder is inside `trials/`, `runs/` or `search/` of theirs.
 */
export function deletedWeights(run: string): AdarandError | undefined {
  if (['model.onnx', 'checkpoints'].some((part) => existsSync(join(run, part)))) return undefined;
  const many = dirname(dirname(resolve(run)));
  const writer = manyRunsAt(many);
  if (writer === undefined) return undefined;
  const failure = failureOfRun(run);
  if (failure !== undefined) return failed(run, many, failure);
  return new AdarandError(
    'run.no-weights',
    `${run} has no weights any more: \`${writer}\` deletes those of ${kept[writer]}`,
    instead(writer, run),
  );
}

function failed(run: string, experiment: string, { code, message, hint }: Failure): AdarandError {
  const again = `Once its cause is removed, train it again: ${commandLine('compare', '--resume', relative('', experiment) || '.', '--retry')}`;
  // What diverged would diverge again.
  const other = `Compare again with other options, into a new folder.${hint === undefined ? '' : ` ${hint}`}`;
  return new AdarandError(
    'run.no-weights',
    `${run} failed, and has no weights: ${message} (${code})`,
    code === 'training.diverged' ? other : again,
  );
}

const kept: Readonly<Record<ManyRuns, string>> = {
  tune: 'a trial when it has ended, and keeps those of the best run',
  compare: 'a run when it has ended',
};

function instead(writer: ManyRuns, run: string): string {
  const around = dirname(run);
  if (writer === 'compare')
    return basename(around) === 'search'
      ? 'No run of a search inside a comparison is kept: train one with its options.'
      : `Compare again with --keep-weights, into a new folder: see \`${commandLine('compare', '--help')}\`.`;
  const best = join(dirname(around), 'best');
  return existsSync(join(best, 'run.json'))
    ? `Use the search's best run: ${best}.`
    : "Use the search's best run, when the search has ended.";
}
