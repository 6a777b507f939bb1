import { at } from '../../../errors.js';
import type { RunRecord } from '../../../run/folder/record.js';
import { optionsWith } from '../../../run/options/option-effects.js';
import type { Place } from '../../compare/record.js';
import type { FinishedRun } from './evidence.js';
import { groupBy } from './group-by.js';

/** Options of a run, by their names. */
type Options = Readonly<Record<string, unknown>>;

/** A run that an experiment has placed. */
type Placed = Pick<FinishedRun, 'place' | 'record'>;

/**
 * Places of runs that no experiment has placed. A label is the method with its own options, `randreg(prior=class)`, and, where
 * runs of it on the same images with the same network differ in options of `train` that can change a result, with these, whatever
 * the seeds are: `adarand(lambda=10)`. Beside runs of an experiment, whose labels stay, the label is the experiment's where none
 * of these options differs from it.
 */
export function placesOf(records: readonly RunRecord[], experiments: readonly Placed[] = []): Place[] {
  const places = records.map(placeOf);
  for (const [label, members] of groupBy(places.keys(), (i) => at(places, i).method)) {
    const placed = experiments.filter(({ place }) => place.method === label);
    const own = members.map((i) => ({ place: at(places, i), record: at(records, i) }));
    const differing = differingIn([...placed, ...own]);
    const shown = ({ options }: RunRecord) => shownOptions(decidingOptions(options), differing);
    const known = new Set(placed.map(({ record }) => shown(record).join()));
    for (const i of members) {
      const options = shown(at(records, i));
      if (known.has(options.join())) continue;
      places[i] = { ...at(places, i), method: labelled(label, options) };
    }
  }
  return places;
}

/** Options in which some of these runs of one method differ from others that only another seed may tell from them. */
function differingIn(runs: readonly Placed[]): string[] {
  const cells = groupBy(runs, ({ place: { dataset, model, fraction } }) =>
    JSON.stringify([dataset, model, fraction]),
  );
  const differing = Array.from(cells.values(), (cell) =>
    differingOptions(cell.map(({ record }) => decidingOptions(record.options))),
  ).flat();
  return optionsWith('result').filter((key) => differing.includes(key));
}

/** Those that were asked for: of a run by time, its epochs follow from what the machine did. */
function decidingOptions(options: RunRecord['options']): Options {
  return options.minutes === undefined ? options : { ...options, epochs: undefined };
}

function shownOptions(options: Options, names: readonly string[]): string[] {
  return names
    .filter((name) => options[name] !== undefined || !lengths.includes(name))
    .map((name) => `${name}=${textOf(options[name] ?? 'default')}`);
}

/** A run has one of these; that the other is not given goes without saying. */
const lengths = ['epochs', 'minutes'];

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

/** Names of the options of `train` that can change a result and are not the same in all of these runs. */
export function differingOptions(runs: readonly Options[]): string[] {
  return optionsWith('result').filter((name) => {
    const values = runs.map((options) => JSON.stringify(options[name]));
    return new Set(values).size > 1;
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
