import { at } from '../../../errors.js';
import type { RunRecord } from '../../../run/folder/record.js';
import { describeOptions } from '../../../run/options/describe-options.js';
import { trainOptionsSchema } from '../../../run/options/train-options.js';
import type { Place } from '../../compare/record.js';
import { groupBy } from './group-by.js';

/** Options that are a run's place, or say nothing of its result. */
const elsewhere = [
  'data',
  'model',
  'out',
  'method',
  'methodOptions',
  'trainFraction',
  'seed',
  'saveEvery',
  'logEvery',
];

/**
 * Places of runs that no experiment has placed. A label is the method with its own options, `randreg(prior=class)`, and, where
 * that leaves several runs at one place, with the options of `train` in which they differ: `adarand(lambda=10)`.
 */
export function placesOf(records: readonly RunRecord[]): Place[] {
  const places = records.map(placeOf);
  const groups = groupBy(places.keys(), (i) => {
    const { dataset, model, method } = at(places, i);
    return JSON.stringify([dataset, model, method]);
  });
  for (const members of groups.values()) {
    const keys = members.map((i) => JSON.stringify(at(places, i)));
    if (new Set(keys).size === keys.length) continue;
    const differing = differingOptions(members.map((i) => at(records, i)));
    for (const i of members) {
      const values: Readonly<Record<string, unknown>> = at(records, i).options;
      const shown = differing.map((key) => `${key}=${textOf(values[key] ?? 'default')}`);
      const place = at(places, i);
      places[i] = { ...place, method: labelled(place.method, shown) };
    }
  }
  return places;
}

function placeOf({ data, model, options }: RunRecord): Place {
  const own = Object.entries(options.methodOptions).map(([name, value]) => `${name}=${textOf(value)}`);
  return {
    dataset: data.name,
    model: model.name,
    method: labelled(options.method, own),
    fraction: options.trainFraction,
    seed: options.seed,
  };
}

/** Further options go into the brackets that are there. */
function labelled(label: string, options: readonly string[]): string {
  if (options.length === 0) return label;
  return label.endsWith(')')
    ? `${label.slice(0, -1)}, ${options.join(', ')})`
    : `${label}(${options.join(', ')})`;
}

/** Names of the options of `train` that are not the same in all of these runs. */
export function differingOptions(records: readonly RunRecord[]): string[] {
  return describeOptions(trainOptionsSchema)
    .map(({ key }) => key)
    .filter((key) => !elsewhere.includes(key))
    .filter((key) => {
      const values = records.map(({ options }: { options: Readonly<Record<string, unknown>> }) =>
        JSON.stringify(options[key]),
      );
      return new Set(values).size > 1;
    });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
