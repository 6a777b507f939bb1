import { z } from 'zod';

/** Headings of the help and of docs/options.md, in their order. */
export const optionGroups = [
  'Input and output',
  'Experiment',
  'Search',
  'Method',
  'Training',
  'Images',
  'Run',
] as const;

/** How an option is documented; its type, its limits and its default are in the schema. */
export interface OptionMeta {
  /** Plain sentences, with units. */
  readonly description: string;
  readonly group: (typeof optionGroups)[number];
  /** Placeholder of its value in the help: `n`, `name`, `dir`. A switch has none. */
  readonly value?: string;
  /** What its flag does, for a switch that is on by default: the flag turns it off. */
  readonly off?: string;
  /** Its flag, where that is not its name in kebab case. */
  readonly flag?: string;
  /** A second, shorter flag. */
  readonly alias?: string;
  /** For an option without a fixed default: what happens if it is not given. */
  readonly otherwise?: string;
  /** Separator of several values that are written as one; the flag is then not repeated. */
  readonly joinedBy?: string;
}

/** The options of every operation. A schema is registered last: what wraps or narrows it is another schema. */
export const optionRegistry = z.registry<OptionMeta>();
