import type { Naming } from './naming.js';

/** Of the networks in one file, which is meant: the first of these that is there, as authors advise. */
const preferred = [
  'model_ema',
  'state_dict_ema',
  'ema',
  'teacher',
  'encoder_q',
  'base_encoder',
  'online_encoder',
  'online_network',
  'backbone',
  'student',
];

/** A network in a file, and those that are not taken. */
export interface FoundPrefix {
  readonly prefix: string;
  readonly others: readonly string[];
}

/** What stands before a naming's marker in the names of a file; undefined if no tensor is named so. */
export function findPrefix(naming: Naming, names: Iterable<string>): FoundPrefix | undefined {
  const { marker } = naming;
  const found: string[] = [];
  for (const name of names)
    if (name === marker || name.endsWith(`.${marker}`)) found.push(name.slice(0, -marker.length));
  const rank = (prefix: string) => {
    const parts = prefix.split('.');
    const position = preferred.findIndex((word) => parts.includes(word));
    return prefix === '' ? -1 : position < 0 ? preferred.length : position;
  };
  found.sort((a, b) => rank(a) - rank(b));
  const [prefix, ...others] = found;
  return prefix === undefined ? undefined : { prefix, others };
}
