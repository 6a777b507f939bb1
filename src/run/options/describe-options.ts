import { z } from 'zod';
import { invariant } from '../../errors.js';
import { flagName } from './flag-name.js';
import { type OptionMeta, optionRegistry } from './option.js';

/** What an option's value is made of. */
export type OptionType =
  | { readonly kind: 'number' | 'numbers' | 'text' | 'texts' | 'images' | 'switch' | 'record' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

/** An option as its schema and its registered description have it. */
export interface OptionDescription extends OptionMeta {
  readonly key: string;
  readonly type: OptionType;
  /** The default; undefined if there is none, or if it depends on data and network (`otherwise`). */
  readonly default: unknown;
  readonly required: boolean;
}

/** The options of a schema, in its order. */
export function describeOptions(schema: z.ZodObject): OptionDescription[] {
  return Object.entries(schema.shape).map(([key, option]) => {
    const meta = optionRegistry.get(option);
    invariant(meta !== undefined, `the option ${key} is not described`);
    return { ...meta, key, ...unwrapped(option) };
  });
}

/** `learningRate` is `learning-rate`; a switch that is on by default is turned off by `no-flip`. */
export function flagOf(option: OptionDescription): string {
  if (option.flag !== undefined) return option.flag;
  const name = flagName(option.key);
  return option.type.kind === 'switch' && option.default === true ? `no-${name}` : name;
}

/** A default in words; undefined where there is nothing to say. */
export function defaultText({ default: value, otherwise }: OptionDescription): string | undefined {
  if (otherwise !== undefined) return otherwise;
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value === undefined ? undefined : empty ? 'none' : String(value);
}

function unwrapped(option: unknown): Pick<OptionDescription, 'type' | 'default' | 'required'> {
  if (option instanceof z.ZodDefault)
    return { type: typeOf(option.unwrap()), default: option.def.defaultValue, required: false };
  if (option instanceof z.ZodOptional)
    return { type: typeOf(option.unwrap()), default: undefined, required: false };
  return { type: typeOf(option), default: undefined, required: true };
}

function typeOf(schema: unknown): OptionType {
  if (schema instanceof z.ZodNumber) return { kind: 'number' };
  if (schema instanceof z.ZodString) return { kind: 'text' };
  if (schema instanceof z.ZodCustom) return { kind: 'numbers' };
  if (schema instanceof z.ZodArray)
    return { kind: schema.element instanceof z.ZodString ? 'texts' : 'images' };
  if (schema instanceof z.ZodBoolean) return { kind: 'switch' };
  if (schema instanceof z.ZodRecord) return { kind: 'record' };
  invariant(schema instanceof z.ZodEnum, 'an option of a kind that has no flag');
  return { kind: 'choice', choices: schema.options.map(String) };
}
