import type { z } from 'zod';
import { AdarandError } from '../../../errors.js';
import { describeIssue } from '../../../run/options/describe-issue.js';
import { type Experiment, experimentSchema, isExperiment } from './experiment.js';
import { ownOptionsSchema } from './shared.js';
import { located, type Path, type Where } from './where.js';

/**
 * An experiment that was written somewhere, checked by its schema.
 *
 * @throws AdarandError `config.invalid`, naming every part that is wrong by its place.
 */
export function readExperiment(given: unknown, where: Where): Experiment {
  if (isExperiment(given)) return given;
  const { error } = experimentSchema.safeParse(given, { reportInput: true });
  const problems = (error?.issues ?? []).flatMap(meant).flatMap((issue) => sentences(issue, where));
  throw new AdarandError('config.invalid', [...new Set(problems)].join('\n'), where.help);
}

type Issue = z.core.$ZodIssue;

/** Of a value that may be of several kinds: what is wrong with it as the one that it looks like. */
function meant(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const alike = issue.errors.find(
    (branch) => !branch.some((each) => each.path.length === 0 && each.code === 'invalid_type'),
  );
  if (alike === undefined) return [issue];
  return alike.flatMap((each) => meant({ ...each, path: [...issue.path, ...each.path] }));
}

function sentences(issue: Issue, where: Where): string[] {
  const known = Object.keys(
    issue.path[0] === 'methods'
      ? { name: 0, label: 0, options: 0, ...ownOptionsSchema.shape }
      : experimentSchema.shape,
  );
  // Each key has a place of its own.
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => describe({ ...issue, keys: [key] }, [...issue.path, key], known, where));
  return [describe(issue, issue.path, known, where)];
}

function describe(issue: Issue, path: Path, known: readonly string[], where: Where): string {
  const named = issue.path.length === 0 ? [] : [''];
  const sentence = describeIssue({ ...issue, path: named }, known, () => where.nameOf(path));
  return located(where, path, sentence);
}
