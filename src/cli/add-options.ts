import { type Command as CommanderCommand, InvalidArgumentError, Option } from 'commander';
import { at, invariant } from '../errors.js';
import { commandLine } from '../run/command-line.js';
import {
  defaultText,
  describeOptions,
  flagOf,
  type OptionDescription,
} from '../run/options/describe-options.js';
import { type OptionNames, parseOptions } from '../run/options/parse-options.js';
import { typedNumber } from '../run/options/typed-number.js';
import type { Command } from './commands/command.js';

/** Gives commander a command's arguments, flags and action, all of them from the schema of its options. */
export function addOptions(to: CommanderCommand, command: Command): void {
  const options = new Map(describeOptions(command.options).map((option) => [option.key, option]));
  for (const [i, key] of command.arguments.entries()) {
    const option = options.get(key);
    invariant(option !== undefined, `there is no option ${key}`);
    at(to.registeredArguments, i).description = option.description;
  }
  const flags = [...options.values()]
    .filter(({ key }) => !command.arguments.includes(key))
    .map((option) => ({ key: option.key, flag: flagFor(option) }));
  for (const { flag } of flags) to.addOption(flag);
  const names: OptionNames = {
    nameOf(key) {
      const option = options.get(key);
      if (option === undefined) return key;
      return command.arguments.includes(key) ? key.toUpperCase() : `--${flagOf(option)}`;
    },
    help: `See \`${commandLine(to.name(), '--help')}\`.`,
  };
  to.action((...received: readonly unknown[]) => {
    const words = command.arguments.map((key, i) => [key, received[i]]);
    const values = flags.flatMap(({ key, flag }) => {
      const name = flag.attributeName();
      return to.getOptionValueSource(name) === 'cli' ? [[key, to.getOptionValue(name)]] : [];
    });
    const given = Object.fromEntries([...words, ...values].filter(([, value]) => value !== undefined));
    const json = to.getOptionValue('json') === true;
    return command.run({ given, json, parse: (schema) => parseOptions(schema, given, names) });
  });
}

function flagFor(option: OptionDescription): Option {
  const { alias, value, type } = option;
  const names = [...(alias === undefined ? [] : [alias]), flagOf(option)].map((name) => `--${name}`);
  const usage = `${names.join(', ')}${value === undefined ? '' : ` <${value}>`}`;
  const flag = new Option(usage, helpOf(option)).helpGroup(`${option.group}:`);
  if (value === undefined) return flag;
  if (type.kind === 'record') return flag.argParser(assignment);
  if (option.joinedBy !== undefined) return flag.argParser(joined(option.joinedBy));
  return flag.argParser(once(flagOf(option), type.kind === 'number' ? typedNumber : (word) => word));
}

function helpOf(option: OptionDescription): string {
  if (option.off !== undefined) return option.off;
  const { description, type } = option;
  const fallback = defaultText(option);
  return [
    typable(description),
    ...(type.kind === 'choice' ? [`One of ${type.choices.join(', ')}.`] : []),
    ...(option.required ? ['(required)'] : fallback === undefined ? [] : [`(default: ${fallback})`]),
  ].join(' ');
}

/** Commands in a description as they can be typed here. */
function typable(description: string): string {
  return description.replace(
    /`adarand ([^`]+)`/g,
    (_, words: string) => `\`${commandLine(...words.split(' '))}\``,
  );
}

const once =
  <Value>(name: string, parse: (word: string) => Value) =>
  (word: string, before?: Value): Value => {
    if (before === undefined) return parse(word);
    throw new InvalidArgumentError(`--${name} is given twice, first as ${before}.`);
  };

const joined =
  (separator: string) =>
  (word: string, before?: string): string => {
    if (before === undefined) return word;
    throw new InvalidArgumentError(
      `${before} is given already; to use both, write ${before}${separator}${word}.`,
    );
  };

function assignment(word: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const equals = word.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write it as name=value, such as alpha=0.9.');
  const name = word.slice(0, equals);
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...before, [name]: word.slice(equals + 1) };
}
