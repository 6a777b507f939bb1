import { z } from 'zod';
import { formatTable } from '../../figures/table.js';
import { methodNames, methods } from '../../methods/index.js';
import type { Method } from '../../methods/method.js';
import { commandLine } from '../../run/command-line.js';
import {
  describeMethodOptions,
  describeNeeds,
  type OptionDescription,
} from '../../run/method/describe-method.js';
import { openMethod } from '../../run/method/open-method.js';
import { optionRegistry } from '../../run/options/option.js';
import { wrapped } from '../format.js';
import { printJson } from '../json.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

const options = z.strictObject({
  name: z.string().optional().register(optionRegistry, {
    description: 'Method to explain; also the path of a .js file with one, or several joined by +.',
    group: 'Method',
  }),
});

export const command = {
  options,
  arguments: ['name'],
  async run({ parse, json }) {
    const { name } = parse(options);
    const known = methodNames.map((each) => methods[each]);
    const chosen = name === undefined ? known : [await openMethod(name)];
    if (json) for (const method of chosen) printJson(asJson(method));
    else print(`${name === undefined ? overview(known) : chosen.map(detail).join('\n')}\n`);
  },
} satisfies Command<typeof options>;

function overview(known: readonly Method[]): string {
  const width = Math.max(...known.map(({ name }) => name.length)) + 2;
  const entries = known.map((method) => {
    const defaults = [
      `lambda=${method.defaultLambda}`,
      ...describeMethodOptions(method).map(describeDefault),
    ];
    const lines = [
      method.title,
      method.paper,
      `needs ${describeNeeds(method)}`,
      ...wrapped(defaults, 100 - width),
    ];
    return lines.map((line, i) => (i === 0 ? method.name : '').padEnd(width) + line).join('\n');
  });
  return [...entries, `${commandLine('methods')} NAME explains one of them; NAME+NAME combines them.`].join(
    '\n\n',
  );
}

function detail(method: Method): string {
  const rows = describeMethodOptions(method).map((option) => [
    option.name,
    option.type,
    option.default === undefined ? '-' : String(option.default),
    option.description,
  ]);
  const columns = ['option', 'values', 'default', 'meaning'].map((title) => ({ title }));
  return [
    `${method.name}: ${method.title}`,
    method.paper,
    '',
    `  ${method.formula}`,
    '',
    ...explained(method),
    `needs ${describeNeeds(method)}; lambda ${method.defaultLambda}`,
    ...(rows.length === 0 ? [] : ['', formatTable(columns, rows), '', 'Set one with --option NAME=VALUE.']),
  ].join('\n');
}

/** Equations, symbols and departures, of a method that says them. */
function explained({ about }: Method): string[] {
  if (about === undefined) return [];
  const { references, idea, equations, symbols, departures, cost } = about;
  const list = (items: readonly string[]) =>
    items.flatMap((item) => paragraph(item).map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`)));
  return [
    ...paragraph(idea),
    '',
    ...equations.map((line) => `  ${line}`),
    '',
    ...list(Object.entries(symbols).map(([symbol, meaning]) => `${symbol}: ${meaning}`)),
    ...(Object.keys(symbols).length === 0 ? [] : ['']),
    ...(departures.length === 0 ? [] : ['paper, code, and what is done here:', ...list(departures), '']),
    ...paragraph(`cost: ${cost}`),
    ...references.map(({ title, url }) => `${title}: ${url}`),
    '',
  ];
}

const paragraph = (text: string): string[] => wrapped(text.split(' '), 98);

function asJson(method: Method): { readonly type: 'method' } {
  const { name, title, paper, formula, defaultLambda, about } = method;
  const { needs } = method.bind();
  const options = describeMethodOptions(method);
  const line = { type: 'method', name, title, paper, formula, needs, defaultLambda, about, options } as const;
  return line;
}

function describeDefault({ name, default: value }: OptionDescription): string {
  return value === undefined ? name : `${name}=${value}`;
}
