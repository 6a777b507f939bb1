import { describeOptions, flagOf } from '../../../run/options/describe-options.js';
import { typedNumber } from '../../../run/options/typed-number.js';
import { compareFlagsSchema, wordsOf } from './flags.js';
import { readExperiment } from './read-experiment.js';
import type { WrittenExperiment } from './read-yaml.js';
import { onCommandLine } from './where.js';

/** Flags that take several words. */
interface Joined {
  readonly data?: readonly string[] | undefined;
  readonly models?: string | undefined;
  readonly methods?: string | undefined;
  readonly fractions?: string | undefined;
  readonly seeds?: string | undefined;
}

/**
 * An experiment as it was typed: the same as in a file, but that lists are words.
 *
 * @throws AdarandError as `readExperiment` does, with the flags.
 */
export function readFlags(
  { data = [], models, methods, fractions, seeds, ...others }: Joined & Readonly<Record<string, unknown>>,
  help: string,
): WrittenExperiment {
  const words = {
    data,
    models: wordsOf(models),
    methods: wordsOf(methods),
    fractions: wordsOf(fractions),
    seeds: wordsOf(seeds),
  };
  const numbers = words.seeds.map(typedNumber);
  const written = {
    ...others,
    data,
    ...(models !== undefined && { models: words.models }),
    ...(methods !== undefined && { methods: words.methods }),
    ...(fractions !== undefined && { fractions: words.fractions.map(typedNumber) }),
    ...(seeds !== undefined && { seeds: seeds.includes(',') ? numbers : numbers[0] }),
  };
  const flags = new Map(describeOptions(compareFlagsSchema).map((option) => [option.key, flagOf(option)]));
  const where = onCommandLine(words, flags, help);
  return { experiment: readExperiment(written, where), where };
}
