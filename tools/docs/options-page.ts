import type { Command as CommanderCommand, Option } from 'commander';
import { type CommandEntry, commands } from '../../src/cli/commands/index.js';
import { createProgram } from '../../src/cli/program.js';
import { invariant } from '../../src/errors.js';
import { measureFeaturesOptionsSchema } from '../../src/run/operations/measure-features.js';
import { resumeOptionsSchema } from '../../src/run/operations/resume.js';
import {
  defaultText,
  describeOptions,
  flagOf,
  type OptionDescription,
} from '../../src/run/options/describe-options.js';
import { optionGroups } from '../../src/run/options/option.js';
import { commandSections } from './command-sections.js';
import { code, markdownTable } from './markdown.js';

const introduction = `# Options

Written by \`npm run docs\` from the commands and their schemas; do not edit.

The library takes an option by its name, the command line by its flag; what has no name here is for the command line alone.
Options without a default must be given, or stand for nothing. \`run.json\` records all options of a run.
[library.md](library.md) lists the functions.`;

/** A command as commander has it, and the schema that it was made from. */
interface Documented {
  readonly entry: CommandEntry;
  readonly command: CommanderCommand;
  readonly byFlag: ReadonlyMap<string, OptionDescription>;
  readonly byPosition: readonly OptionDescription[];
}

/** docs/options.md: the options of every command and of the library's functions. */
export async function optionsPage(): Promise<string> {
  const all = await Promise.all(commands.map(documented));
  const [train] = all;
  invariant(train?.entry.name === 'train', 'the first command is train');
  const sections = all.flatMap((one) => {
    if (one === train) return [trainSection(one), resumeSection()];
    return [takesTraining(one, train) ? sectionBeside(one, train) : section(one, rowsOf(one))];
  });
  const measured = describeOptions(measureFeaturesOptionsSchema).map((option) => row(option.key, '', option));
  const ofFeatures = `## \`measureFeatures\`\n\nNo command measures features that a program has.\n\n${table(measured)}`;
  return `${[introduction, everyCommand(), ...sections, ofFeatures].join('\n\n')}\n`;
}

async function documented(entry: CommandEntry): Promise<Documented> {
  const program = await createProgram([entry.name]);
  const command = program.commands.find((each) => each.name() === entry.name);
  invariant(command !== undefined, `commander has no ${entry.name}`);
  const { options, arguments: words } = await entry.load();
  const described = describeOptions(options);
  const byFlag = new Map(described.map((option) => [`--${flagOf(option)}`, option]));
  const byPosition = words.flatMap((key) => described.filter((option) => option.key === key));
  return { entry, command, byFlag, byPosition };
}

/** What commander adds to each command. */
function everyCommand(): string {
  const rows = [
    ['`--json`', 'Print JSON instead of text: one object per line, which says by its `type` what it is.'],
    ['`-h, --help`', 'Print the help of a command; so does `help` before its name.'],
    ['`-V, --version`', 'Print the version; of `adarand` alone.'],
  ];
  return `## Every command\n\n${markdownTable(['flag', 'meaning'], rows)}`;
}

function trainSection(train: Documented): string {
  const groups = optionGroups.flatMap((group) => {
    const rows = rowsOf(train, (option) => option.group === group);
    return rows.length === 0 ? [] : [`### ${group}\n\n${table(rows)}`];
  });
  return [title(train), ...groups].join('\n\n');
}

/** The library resumes by a function of its own. */
function resumeSection(): string {
  const rows = describeOptions(resumeOptionsSchema).map((option) => {
    const { key } = option;
    if (key === 'run') return row(key, code('--resume RUN'), option);
    return row(key, key === 'data' ? 'an argument' : flags(option), option);
  });
  return `## \`adarand train --resume RUN\`, \`resume\`\n\n${table(rows)}`;
}

/** Whether it trains runs, and takes most options of `train`. */
const takesTraining = (one: Documented, train: Documented): boolean =>
  own(one).filter((option) => isSame(option, one, train)).length > 20;

/** A command whose runs have options of `train`: these are named, and the others described. */
function sectionBeside(one: Documented, train: Documented): string {
  const shared = own(one).filter((option) => isSame(option, one, train));
  const without = own(train).filter(({ long }) => !own(one).some((option) => option.long === long));
  const list = (options: readonly Option[]) => options.map(({ long }) => code(long ?? '')).join(', ');
  const text =
    `${commandSections[one.entry.name]?.runs ?? ''} As for \`train\` above: ${list(shared)}.\n\n` +
    `Not taken: ${list(without)}.`;
  const rows = rowsOf(one, (_, flag) => flag === undefined || !shared.includes(flag));
  return section(one, rows, text);
}

/** The same flag, that says the same. */
function isSame(option: Option, one: Documented, train: Documented): boolean {
  const { long } = option;
  const before = own(train).find((each) => each.long === long);
  const [described, first] = [one, train].map(({ byFlag }) => byFlag.get(long ?? ''));
  return before?.description === option.description && described?.key === first?.key;
}

function section(one: Documented, rows: readonly string[][], text?: string): string {
  const parts = [...(text === undefined ? [] : [text]), ...(rows.length === 0 ? [] : [table(rows)])];
  return [title(one), ...(parts.length === 0 ? ['No options of its own.'] : parts)].join('\n\n');
}

function title({ entry: { name } }: Documented): string {
  const known = commandSections[name];
  invariant(
    known !== undefined,
    `the command ${name} has no section: add it to tools/docs/command-sections.ts`,
  );
  const { typed, library } = known;
  return `## \`adarand ${typed}\`${library === undefined ? '' : `, \`${library.name}\``}`;
}

/** Those that not every command has. */
const own = ({ command }: Documented): readonly Option[] =>
  command.options.filter(({ long }) => long !== '--json');

/** Its arguments, then its flags, as commander has them. */
function rowsOf(
  one: Documented,
  isWanted: (option: OptionDescription, flag?: Option) => boolean = () => true,
): string[][] {
  const library = commandSections[one.entry.name]?.library;
  const nameOf = ({ key }: OptionDescription) => (library?.takes.has(key) ? key : undefined);
  const positions = one.byPosition
    .filter((option) => isWanted(option))
    .map((option) =>
      row(nameOf(option), library === undefined ? code(option.key.toUpperCase()) : 'an argument', option),
    );
  const flagged = own(one).flatMap((flag) => {
    const option = one.byFlag.get(flag.long ?? '');
    invariant(option !== undefined, `${flag.flags} comes from no schema`);
    return isWanted(option, flag) ? [row(nameOf(option), flags(option), option)] : [];
  });
  return [...positions, ...flagged];
}

function row(name: string | undefined, flag: string, option: OptionDescription): string[] {
  return [name === undefined ? '' : code(name), flag, defaultText(option) ?? '', meaning(option)];
}

/** Without the columns that are empty throughout. */
function table(rows: readonly string[][]): string {
  const titles = ['option', 'flag', 'default', 'meaning'];
  const used = titles.map((_, i) => i > 1 || rows.some((cells) => cells[i] !== ''));
  const kept = (cells: readonly string[]) => cells.filter((_, i) => used[i]);
  return markdownTable(kept(titles), rows.map(kept));
}

function flags(option: OptionDescription): string {
  const { alias, value } = option;
  const names = [...(alias === undefined ? [] : [alias]), flagOf(option)].map((name) => `--${name}`);
  return code(`${names.join(', ')}${value === undefined ? '' : ` ${value.toUpperCase()}`}`);
}

function meaning({ description, type }: OptionDescription): string {
  return type.kind === 'choice' ? `${description} One of ${type.choices.map(code).join(', ')}.` : description;
}
