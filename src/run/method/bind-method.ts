import { didYouMean } from '../../did-you-mean.js';
import { AdarandError } from '../../errors.js';
import type { BoundMethod, Method } from '../../methods/method.js';
import { renamedMethodOptions, renamedMethodValues } from '../options/renamed-options.js';
import { describeMethodOptions, type OptionDescription } from './describe-method.js';

/**
 * A method with its options.
 *
 * @throws AdarandError `method.option`.
 */
export function bindMethod(method: Method, given: Readonly<Record<string, unknown>>): BoundMethod {
  knownOptions(method, given);
  return method.bind(given);
}

/**
 * Options that may be words of a command line ("true", "1e-2"), as what they stand for.
 *
 * @throws AdarandError `method.option` for one that the method does not have.
 */
export function typedMethodOptions(
  method: Method,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = knownOptions(method, given);
  const typed = Object.entries(given).map(([name, value]) => {
    const type = known.get(name)?.type;
    return [name, typeof value === 'string' && type !== undefined ? coerce(value, type) : value] as const;
  });
  return Object.fromEntries(typed);
}

/** The options that a method has, by their names; those that are given have to be among them. */
function knownOptions(
  method: Method,
  given: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, OptionDescription> {
  const known = new Map(describeMethodOptions(method).map((option) => [option.name, option]));
  for (const [name, value] of Object.entries(given)) {
    refuseOldName(method, name, value, known);
    if (!known.has(name)) throw unknownOption(method, name, [...known.keys()]);
  }
  return known;
}

/** Of methods that are combined, an option's name has that of its method before it: `randreg.prior`. */
function refuseOldName(
  method: Method,
  name: string,
  value: unknown,
  known: ReadonlyMap<string, OptionDescription>,
): void {
  const prefix = name.slice(0, name.lastIndexOf('.') + 1);
  const own = name.slice(prefix.length);
  const option = prefix + renamedMethodOptions.get(own);
  if (!known.has(name) && known.has(option)) throw renamed(method, name, option);
  const current = renamedMethodValues.get(own)?.get(value);
  const choices = known.get(name)?.type.split(' | ') ?? [];
  if (current !== undefined && choices.includes(current) && !choices.includes(String(value)))
    throw renamed(method, `${name}=${value}`, `${name}=${current}`);
}

function renamed({ name }: Method, before: string, now: string): AdarandError {
  return new AdarandError('method.option', `${name} has no option ${before} any more`, `Use ${now}.`);
}

function coerce(word: string, type: string): unknown {
  if (type === 'boolean' && /^(true|false)$/.test(word)) return word === 'true';
  if ((type === 'number' || type === 'integer') && word.trim() !== '' && !Number.isNaN(Number(word)))
    return Number(word);
  return word;
}

function unknownOption(method: Method, name: string, known: readonly string[]): AdarandError {
  return new AdarandError(
    'method.option',
    `${method.name} has no option "${name}".${didYouMean(name, known)}`,
    known.length === 0 ? 'It has no options.' : `Its options are ${known.join(', ')}.`,
  );
}
