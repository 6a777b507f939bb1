import { didYouMean } from '../../did-you-mean.js';
import { AdarandError } from '../../errors.js';
import type { BoundMethod, Method } from '../../methods/method.js';
import { describeMethodOptions } from './describe-method.js';

/**
 * A method with options that may be words of a command line ("true", "1e-2").
 *
 * @throws AdarandError `method.option`.
 */
export function bindMethod(method: Method, given: Readonly<Record<string, unknown>>): BoundMethod {
  const known = new Map(describeMethodOptions(method).map((option) => [option.name, option]));
  const typed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const option = known.get(name);
    if (option === undefined) throw unknownOption(method, name, [...known.keys()]);
    typed[name] = typeof value === 'string' ? coerce(value, option.type) : value;
  }
  return method.bind(typed);
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
