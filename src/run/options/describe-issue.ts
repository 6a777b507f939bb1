import type { z } from 'zod';
import { didYouMean } from '../../did-you-mean.js';
import { shown } from '../../shown.js';

/** What is wrong with an option, in plain English. `known` are the names of all options. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  known: readonly string[],
  nameOf: (key: string) => string,
): string {
  const name = nameOf(String(issue.path[0]));
  const not = `not ${shown(issue.input)}`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownOptions(issue.keys, known);
    case 'invalid_type':
      if (issue.path.length === 0) return `options must be an object, ${not}`;
      if (issue.input === undefined) return `${name} is missing`;
      return `${name} must be ${kinds[issue.expected] ?? issue.expected}, ${not}`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      const meant = typeof issue.input === 'string' ? didYouMean(issue.input, values) : '';
      return `${name} must be one of ${values.join(', ')}, ${not}.${meant}${otherMeaning(issue.path[0], known, nameOf)}`;
    }
    case 'too_small':
      if (issue.origin === 'string') return `${name} must not be empty`;
      if (issue.origin === 'array') return `${name} needs at least ${issue.minimum}`;
      return `${name} must be ${issue.inclusive ? 'at least' : 'greater than'} ${issue.minimum}, ${not}`;
    case 'too_big':
      return `${name} must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}, ${not}`;
    case 'invalid_union':
      if (issue.input === '') return `${name} must not be empty`;
      return `${name}${places(issue.path.slice(1))} ${issue.message}, ${not}`;
    default:
      return `${name} ${issue.message}`;
  }
}

/** An array that is taken for an object has as many as it has items. */
function unknownOptions(keys: readonly string[], known: readonly string[]): string {
  const named = keys.slice(0, 10).map((key) => `there is no option ${key}.${didYouMean(key, known)}`);
  return [...named, ...(keys.length > 10 ? [`There are ${keys.length - 10} more such.`] : [])].join(' ');
}

/** Of an option that may be taken for another one, what both are. */
function otherMeaning(
  key: PropertyKey | undefined,
  known: readonly string[],
  nameOf: (key: string) => string,
): string {
  return key === 'head' && known.includes('logits')
    ? ` It says how the new head begins; ${nameOf('logits')} names what the pretrained classifier of an ONNX file gives.`
    : '';
}

const kinds: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a string',
  boolean: 'true or false',
  array: 'an array',
  record: 'an object',
};

/** Of a value inside an array or an object: `[2]`, `.bytes`. */
function places(path: readonly PropertyKey[]): string {
  return path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
}
