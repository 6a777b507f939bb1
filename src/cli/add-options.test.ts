import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Command as CommanderCommand } from 'commander';
import type { z } from 'zod';
import { AdarandError, invariant } from '../errors.js';
import { commandLine } from '../run/command-line.js';
import {
  defaultText,
  describeOptions,
  flagOf,
  type OptionDescription,
  type OptionType,
} from '../run/options/describe-options.js';
import { addOptions } from './add-options.js';
import type { Command, Typed } from './commands/command.js';
import { commands } from './commands/index.js';

/** What no option of a kind takes. */
const wrongWords: Readonly<Record<OptionType['kind'], readonly string[]>> = {
  number: ['many', '', '-7'],
  numbers: [],
  text: [''],
  texts: [''],
  images: [''],
  choice: ['nonsense'],
  record: ['nonsense'],
  switch: [],
};

for (const { name, usage, load } of commands) {
  const command: Command = await load();
  const options = describeOptions(command.options);
  const isFlag = ({ key }: OptionDescription) => !command.arguments.includes(key);
  const schemaOf = (key: string): z.ZodType => {
    const schema = command.options.shape[key];
    invariant(schema !== undefined && 'safeParse' in schema, key);
    return schema;
  };

  /** What the command gets from these words. */
  const typed = async (...words: readonly string[]): Promise<Typed> => {
    let received: Typed | undefined;
    const run = async (arrived: Typed) => {
      received = arrived;
    };
    const commander = prepared({ ...command, run });
    await commander.parseAsync(words, { from: 'user' });
    invariant(received !== undefined, 'the command did not run');
    return received;
  };
  const prepared = (of: Command) => {
    const commander = new CommanderCommand(name)
      .option('--json')
      .exitOverride()
      .configureOutput({ outputError: () => {} });
    if (usage !== '') commander.arguments(usage);
    addOptions(commander, of);
    return commander;
  };
  /** All that must be given, apart from one option. */
  const required = (except: string) =>
    options
      .filter((option) => option.required && option.key !== except)
      .sort((a, b) => Number(isFlag(a)) - Number(isFlag(b)))
      .flatMap((option) => (isFlag(option) ? [`--${flagOf(option)}`, 'word'] : ['word']));
  const valueFor = ({ key, type }: OptionDescription): { word: string; value: unknown } => {
    switch (type.kind) {
      case 'number': {
        const value = [3, 0.5].find((number) => schemaOf(key).safeParse(number).success);
        return { word: String(value), value };
      }
      case 'choice':
        return { word: String(type.choices.at(-1)), value: type.choices.at(-1) };
      case 'record':
        return { word: 'a=b=c', value: { a: 'b=c' } };
      default: {
        const word =
          ['word', 'last:2', '0,last', 'a-word-of-16-letters'].find(
            (text) => schemaOf(key).safeParse(text).success,
          ) ?? 'word';
        return { word, value: word };
      }
    }
  };

  describe(`adarand ${name}`, () => {
    test('its usage has the arguments that its options have', () => {
      assert.equal(usage.split(' ').filter(Boolean).length, command.arguments.length);
      const known = options.map(({ key }) => key);
      for (const key of command.arguments) assert.ok(known.includes(key), key);
    });

    for (const option of options.filter(isFlag)) {
      const { key, type } = option;
      const flag = `--${flagOf(option)}`;

      test(`${flag} reaches ${key}`, async () => {
        const names = [flag, ...(option.alias === undefined ? [] : [`--${option.alias}`])];
        for (const given of names) {
          const { word, value } = valueFor(option);
          const words = type.kind === 'switch' ? [given] : [given, word];
          const parsed = (await typed(...required(key), ...words)).parse(command.options);
          assert.deepEqual(parsed[key], type.kind === 'switch' ? option.default !== true : value);
        }
        const untouched = (await typed(...required(key))).given;
        assert.ok(!(key in untouched), 'what is not given is not passed on');
      });

      test(`${flag} is in the help, with its default`, () => {
        const help = prepared(command).helpInformation().replaceAll(/\s+/g, ' ');
        assert.ok(help.includes(flag));
        // A command in it is one that can be typed here.
        const description = (option.off ?? option.description).replaceAll('`adarand ', `\`${commandLine()} `);
        assert.ok(help.includes(description), description);
        if (type.kind === 'choice') for (const choice of type.choices) assert.ok(help.includes(choice));
        const fallback = defaultText(option);
        if (fallback !== undefined && option.off === undefined)
          assert.ok(help.includes(`(default: ${fallback})`), fallback);
      });

      if (type.kind !== 'switch' && type.kind !== 'record')
        test(`${flag} is given once, by whichever of its names`, async () => {
          const { word } = valueFor(option);
          const again = option.alias === undefined ? flag : `--${option.alias}`;
          const said =
            option.joinedBy === undefined ? `${flag} is given twice, first as ` : ' is given already; ';
          for (const names of [
            [flag, flag],
            [again, flag],
            [flag, again],
          ])
            await assert.rejects(
              typed(...required(key), ...names.flatMap((name) => [name, word])),
              ({ message }: Error) => message.includes(said),
            );
        });

      for (const word of wrongWords[type.kind])
        test(`${flag} "${word}" is refused by its name`, async () => {
          const attempt = async () => (await typed(...required(key), flag, word)).parse(command.options);
          await assert.rejects(attempt, (error: unknown) => {
            assert.ok(error instanceof Error);
            assert.ok(error.message.includes(flag), error.message);
            if (type.kind !== 'record') assert.ok(error instanceof AdarandError);
            return true;
          });
        });
    }
  });
}

test('a flag whose values are joined is given once', async () => {
  const { load } = commands.find(({ name }) => name === 'train') ?? assert.fail();
  const commander = new CommanderCommand('train').arguments('[data]').exitOverride();
  commander.configureOutput({ outputError: () => {} });
  addOptions(commander, await load());
  await assert.rejects(
    commander.parseAsync(['d', '--method', 'bss', '--method', 'fnp'], { from: 'user' }),
    /bss is given already; to use both, write bss\+fnp/,
  );
});
