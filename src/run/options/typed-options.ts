import type { z } from 'zod';
import { describeOptions, flagOf } from './describe-options.js';

/**
 * Options as the words of a command: what differs from its default, `arguments` first. The words are read back as the same
 * options.
 */
export function typedOptions(
  schema: z.ZodObject,
  options: Readonly<Record<string, unknown>>,
  args: readonly string[],
): string[] {
  const described = describeOptions(schema);
  const flags = described.flatMap((option) => {
    const value = options[option.key];
    if (args.includes(option.key) || value === undefined) return [];
    if (JSON.stringify(value) === JSON.stringify(option.default)) return [];
    const flag = `--${flagOf(option)}`;
    if (option.type.kind === 'switch') return [flag];
    if (option.type.kind !== 'record') return [flag, String(value)];
    return Object.entries(Object(value)).flatMap(([name, each]) => [flag, `${name}=${asWord(each)}`]);
  });
  return [...args.flatMap((key) => (options[key] === undefined ? [] : [String(options[key])])), ...flags];
}

function asWord(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
