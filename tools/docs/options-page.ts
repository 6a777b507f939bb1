import type { z } from 'zod';
import { ownFlagsSchema } from '../../src/experiments/compare/options/flags.js';
import { decidedOptions as experimentDecides } from '../../src/experiments/compare/options/shared.js';
import { reportOptionsSchema } from '../../src/experiments/report/operation.js';
import { watchOptionsSchema } from '../../src/experiments/watch/watch-options.js';
import { evaluateOptionsSchema } from '../../src/run/operations/evaluate.js';
import { exportOptionsSchema } from '../../src/run/operations/export-run.js';
import { inspectOptionsSchema } from '../../src/run/operations/inspect.js';
import { lookOptionsSchema } from '../../src/run/operations/look.js';
import { predictOptionsSchema } from '../../src/run/operations/predict.js';
import { resumeOptionsSchema } from '../../src/run/operations/resume.js';
import {
  defaultText,
  describeOptions,
  flagOf,
  type OptionDescription,
} from '../../src/run/options/describe-options.js';
import { optionGroups } from '../../src/run/options/option.js';
import { trainOptionsSchema } from '../../src/run/options/train-options.js';
import { decidedOptions, ownTuneOptionsSchema } from '../../src/run/options/tune-options.js';
import { serveOptionsSchema } from '../../src/serve/options.js';
import { code, markdownTable } from './markdown.js';

const introduction = `# Options

Written by \`npm run docs\` from \`src/run/options/train-options.ts\`, \`src/run/operations/\`, \`src/serve/options.ts\` and
\`src/experiments/watch/watch-options.ts\`; do not edit.

The library takes an option by its name, the command line by its flag. Options without a default must be given.
\`run.json\` records all options of a run.`;

/** docs/options.md: the options of every command and of the library's functions. */
export function optionsPage(): string {
  const training = describeOptions(trainOptionsSchema);
  const groups = optionGroups
    .filter((group) => group !== 'Search' && group !== 'Experiment')
    .map((group) =>
      section(
        `### ${group}`,
        training.filter((option) => option.group === group),
        ['data'],
      ),
    );
  return `${[
    introduction,
    '## `adarand train DATA --model MODEL`, `train`',
    ...groups,
    command('`adarand train --resume RUN`, `resume`', resumeOptionsSchema, ['data']),
    ownSearch(),
    ownComparison(),
    command('`adarand watch RUN`', watchOptionsSchema, ['path']),
    command('`adarand look RUN`, `look`', lookOptionsSchema, ['run']),
    command('`adarand report RUN`, `report`', reportOptionsSchema, ['runs']),
    command('`adarand eval RUN DATA`, `evaluate`', evaluateOptionsSchema, ['run', 'data']),
    command('`adarand predict RUN IMAGE...`, `predict`', predictOptionsSchema, ['run', 'images']),
    command('`adarand export RUN --to DIR`, `exportRun`', exportOptionsSchema, ['run']),
    command('`adarand serve DIR`', serveOptionsSchema, ['folder']),
    command('`adarand inspect MODEL`, `inspect`', inspectOptionsSchema, ['model']),
  ].join('\n\n')}\n`;
}

function command(title: string, schema: z.ZodObject, byPosition: readonly string[]): string {
  return section(`## ${title}`, describeOptions(schema), byPosition);
}

/** The options of a search that are none of training. */
function ownSearch(): string {
  const decided = decidedOptions.map(code).join(', ');
  const text = `All options of \`train\` may be given, too, but for ${decided}; they hold for every trial, and what they give is not searched.`;
  const title = `## \`adarand tune DATA --model MODEL\`, \`tune\`\n\n${text}`;
  return section(title, describeOptions(ownTuneOptionsSchema), []);
}

/** The options of an experiment that are none of training. */
function ownComparison(): string {
  const decided = experimentDecides.map(code).join(', ');
  const text =
    `All options of \`train\` may be given, too, but for ${decided}; they hold for every run. In a program and in a YAML file ` +
    '([compare.md](compare.md)), lists are arrays.';
  const title = `## \`adarand compare DATA --model MODEL\`, \`compare\`\n\n${text}`;
  return section(title, describeOptions(ownFlagsSchema), ['data']);
}

function section(
  title: string,
  options: readonly OptionDescription[],
  byPosition: readonly string[],
): string {
  const rows = options.map((option) => [
    code(option.key),
    byPosition.includes(option.key) ? 'an argument' : flags(option),
    defaultText(option) ?? '',
    meaning(option),
  ]);
  return `${title}\n\n${markdownTable(['option', 'flag', 'default', 'meaning'], rows)}`;
}

function flags(option: OptionDescription): string {
  const { alias, value } = option;
  const names = [...(alias === undefined ? [] : [alias]), flagOf(option)].map((name) => `--${name}`);
  return code(`${names.join(', ')}${value === undefined ? '' : ` ${value.toUpperCase()}`}`);
}

function meaning({ description, type }: OptionDescription): string {
  return type.kind === 'choice' ? `${description} One of ${type.choices.map(code).join(', ')}.` : description;
}
