import { AdarandError } from '../../../errors.js';
import { bindMethod, typedMethodOptions } from '../../../run/method/bind-method.js';
import { describeMethodOptions } from '../../../run/method/describe-method.js';
import { absoluteMethod, fingerprintMethod, openMethod } from '../../../run/method/open-method.js';
import { describeOptions } from '../../../run/options/describe-options.js';
import { optionKey } from '../../../run/options/flag-name.js';
import { parseOptions } from '../../../run/options/parse-options.js';
import { typedNumber } from '../../../run/options/typed-number.js';
import type { ComparedMethod } from '../request.js';
import type { WrittenMethod } from './experiment.js';
import { isOwnOptions, type OwnOptions, ownOptionsSchema } from './shared.js';

/**
 * A method of an experiment: its word, with values of the types that they stand for, or its object.
 *
 * @throws AdarandError `method.unknown`, `method.option`, `config.invalid`.
 */
export async function comparedMethod(written: WrittenMethod): Promise<ComparedMethod> {
  const {
    name,
    label,
    options = {},
    ...train
  } = typeof written === 'string' ? await spelled(written) : written;
  const method = await openMethod(name);
  bindMethod(method, options);
  return {
    label: label ?? labelOf(method.name, { ...options, ...train }),
    name: absoluteMethod(name),
    options,
    file: fingerprintMethod(name),
    train,
  };
}

type MethodObject = Exclude<WrittenMethod, string>;

/** `NAME:option=value;option=value`. An option is the method's own, else one of `train`. */
async function spelled(word: string): Promise<MethodObject> {
  const { name, assignments } = split(word);
  const method = await openMethod(name);
  const known = describeMethodOptions(method).map((option) => option.name);
  const trained = new Map(describeOptions(ownOptionsSchema).map((option) => [option.key, option.type.kind]));
  const options: Record<string, unknown> = {};
  const train: Record<string, unknown> = {};
  for (const assignment of assignments) {
    const [, key = '', value = ''] = /^\s*([\w.-]+)=(.*)$/.exec(assignment) ?? [];
    if (key === '') throw unreadable(word);
    const kind = known.includes(key) ? undefined : trained.get(optionKey(key));
    const place = kind === undefined ? options : train;
    const own = kind === undefined ? key : optionKey(key);
    if (Object.hasOwn(place, own))
      throw new AdarandError('config.invalid', `${key} is given twice in ${word}`, 'Leave one of them out.');
    place[own] = kind === undefined ? value : typedWord(value, kind);
  }
  return { name, options: typedMethodOptions(method, options), ...ownOptions(train) };
}

/** A path may have a colon, too: options begin at the first one that has `name=` behind it. */
function split(word: string): { readonly name: string; readonly assignments: readonly string[] } {
  const [, name = word, assignments] = /^(.*?):(.*=.*)$/.exec(word) ?? [];
  return { name, assignments: assignments?.split(';') ?? [] };
}

function typedWord(value: string, kind: string): unknown {
  if (kind === 'switch' && /^(true|false)$/.test(value)) return value === 'true';
  return kind === 'number' ? typedNumber(value) : value;
}

function ownOptions(train: unknown): OwnOptions {
  if (isOwnOptions(train)) return train;
  return parseOptions(ownOptionsSchema, train);
}

/** `randreg(prior=uniform)` */
function labelOf(name: string, own: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(own).map(([key, value]) => `${key}=${asWord(value)}`);
  return parts.length === 0 ? name : `${name}(${parts.join(',')})`;
}

const asWord = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

function unreadable(word: string): AdarandError {
  return new AdarandError(
    'config.invalid',
    `${word} is not understood`,
    "Write a method as NAME, or 'NAME:option=value;option=value'.",
  );
}
