import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { describeIssue } from './describe-issue.js';
import { renamedOptions, renamedValues } from './renamed-options.js';

/** How messages name options: by their names in a program, by their flags on the command line. */
export interface OptionNames {
  nameOf(key: string): string;
  /** Where all of them are explained. */
  readonly help: string;
}

export const inProgram: OptionNames = {
  nameOf: (key) => key,
  help: 'docs/options.md explains every option.',
};

/**
 * Options, checked by their schema, with its defaults.
 *
 * @throws AdarandError `config.invalid`, naming every option that is wrong.
 */
export function parseOptions<Schema extends z.ZodObject>(
  schema: Schema,
  given: unknown,
  names: OptionNames = inProgram,
): z.output<Schema> {
  refuseOldNames(schema, given, names);
  const result = schema.safeParse(given, { reportInput: true });
  if (result.success) return result.data;
  const known = Object.keys(schema.shape);
  const { issues } = result.error;
  const problems = issues.slice(0, MOST).map((issue) => describeIssue(issue, known, names.nameOf));
  if (issues.length > MOST) problems.push(`and ${issues.length - MOST} more`);
  throw new AdarandError('config.invalid', problems.join('; '), names.help);
}

/** As many problems as are named: of a list, each item may have one. */
const MOST = 20;

const anyOptions = z.record(z.string(), z.unknown());

function refuseOldNames({ shape }: z.ZodObject, given: unknown, { nameOf }: OptionNames): void {
  for (const [key, value] of Object.entries(anyOptions.safeParse(given).data ?? {})) {
    const option = renamedOptions.get(key);
    if (option !== undefined && Object.hasOwn(shape, option)) throw renamed(key, nameOf(option));
    const current = Object.hasOwn(shape, key) ? renamedValues.get(key)?.get(value) : undefined;
    if (current !== undefined) throw renamed(`${nameOf(key)} ${value}`, `${nameOf(key)} ${current}`);
  }
}

function renamed(before: string, now: string): AdarandError {
  return new AdarandError('config.invalid', `there is no ${before} any more`, `Use ${now}.`);
}
