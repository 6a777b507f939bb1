import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { invariant } from '../../src/errors.js';
import { operators } from '../../src/graph/operators/index.js';
import { packageFolder } from '../../src/package.js';
import { errorCodes } from './library/error-codes.js';
import { type EventType, eventsOf } from './library/events.js';
import { exitCodesTable } from './library/exit-codes.js';
import { type Exported, type Field, Sources } from './library/sources.js';
import { summaryTable } from './library/summary-fields.js';
import { code, markdownTable } from './markdown.js';

const introduction = `# The library

Written by \`npm run docs\` from the sources; do not edit.

    import { train } from 'adarand';
    const summary = await train({ data: 'photos', model: 'sample' }, { onEvent: (event) => console.log(event.type) });

A function takes an object of options ([options.md](options.md)) and, beside it, \`{ onEvent, signal }\`: events are told as they
happen, and aborting the signal ends the work at the next step. What is wrong with the input, or with the machine, is thrown as
an \`AdarandError\`. The work is done in another process. Types and docstrings come with the package, so an editor shows more
than these lists.`;

const abouts: Readonly<Record<string, string>> = {
  adarand: 'Functions of the commands, methods, and their types.',
  'adarand/graph':
    'What a method of your own is written with. Each operator is in [operators.md](operators.md).',
  'adarand/nn/functional': 'Layers and losses, made of operators.',
  'adarand/optimizers': 'Update rules and schedules.',
};

/** docs/library.md: what the package exports, its events, the fields of summary.json, exit codes and codes of errors. */
export function libraryPage(): string {
  return Sources.read((sources) => {
    const events = [
      ['RunEvent', 'every function that takes `onEvent`, but `tune` and `compare`', 'src/run/events.ts'],
      ['TuneEvent', '`tune`', 'src/experiments/tune/events.ts'],
      ['CompareEvent', '`compare`', 'src/experiments/compare/events.ts'],
    ] as const;
    return `${[
      introduction,
      ...entrySections(sources),
      '## Events',
      'Told to `onEvent`. `--json` prints them as lines, too, but hardly those of the single runs of `tune` and `compare`; its last line has the type `result` or `error`, or, of `predict`, `prediction`.',
      ...events.map(
        ([name, by, path]) => `### ${name}\n\nOf ${by}.\n\n${eventTable(eventsOf(sources, path, name))}`,
      ),
      '## summary.json',
      'What `train` and `resume` give, and a finished run has as a file. Accuracies are from 0 to 1; null where there were no images.',
      summaryTable(sources),
      '## Exit codes',
      exitCodesTable(),
      '## Codes of errors',
      'An `AdarandError` has a `code`, a `message` and mostly a `hint`. Codes stay; messages may change (… stands for what is put in).',
      codesTable(),
    ].join('\n\n')}\n`;
  });
}

const packageSchema = z.object({ exports: z.record(z.string(), z.unknown()) });
const entrySchema = z.object({ default: z.string() });

/** Each entry of package.json that is a module. */
function entrySections(sources: Sources): readonly string[] {
  const { exports } = packageSchema.parse(
    JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')),
  );
  return Object.entries(exports).flatMap(([key, target]) => {
    const entry = entrySchema.safeParse(target).data;
    if (entry === undefined) return [];
    const name = key.replace(/^\./, 'adarand');
    const about = abouts[name];
    invariant(about !== undefined, `${name} is not described in tools/docs/library-page.ts`);
    const path = entry.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts');
    const rows = sources.exportsOf(path).map((one) => [code(one.name), one.kind, lineOf(one, path)]);
    return [`## \`${name}\`\n\n${about}\n\n${markdownTable(['export', 'kind', 'what it is'], rows)}`];
  });
}

/** Operators say what they compute where they are defined. */
const operatorDocs: ReadonlyMap<string, string> = new Map(
  operators.map(({ name, doc }) => [name.toLowerCase(), doc]),
);

function lineOf({ name, kind, doc }: Exported, path: string): string {
  if (kind === 'namespace') return 'All of these, as one object.';
  const ofOperator = path === 'src/graph/index.ts' ? operatorDocs.get(name.toLowerCase()) : undefined;
  const line = ofOperator ?? (doc === '' ? undefined : firstSentence(doc));
  invariant(line !== undefined, `${name} is exported, and has no docstring`);
  return line;
}

/** Without the colon before an example, which is left out. */
function firstSentence(doc: string): string {
  const sentence = /^.*?[.](?= [A-Z`]|$)/.exec(doc)?.[0] ?? doc;
  return sentence.replace(/:$/, '.');
}

function eventTable(events: readonly EventType[]): string {
  const rows = events.map(({ name, when, fields, alsoHas }) => [
    code(name),
    when,
    [...fields.map(fieldText), ...(alsoHas === undefined ? [] : [`those of ${code(alsoHas)}`])].join('; '),
  ]);
  return markdownTable(['type', 'when', 'fields'], rows);
}

function fieldText({ name, type, doc }: Field): string {
  return `${code(name)}: ${code(type)}${doc === '' ? '' : ` (${doc.replace(/\.$/, '')})`}`;
}

function codesTable(): string {
  const rows = errorCodes().map(({ prefix, codes, example }) => [
    code(prefix),
    String(codes.length),
    codes.map((each) => code(each.slice(prefix.length + 1))).join(', '),
    example === undefined ? '' : `${code(example.code)}: ${example.message}`,
  ]);
  return markdownTable(['before the dot', 'codes', 'after it', 'an example'], rows);
}
