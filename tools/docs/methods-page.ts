import { methodNames, methods } from '../../src/methods/index.js';
import type { Method } from '../../src/methods/method.js';
import {
  describeMethodOptions,
  describeNeeds,
  type OptionDescription,
} from '../../src/run/method/describe-method.js';
import { code, markdownTable } from './markdown.js';

const introduction = `# Methods

Written by \`npm run docs\` from \`src/methods/\`; do not edit.

\`g\` is an image's feature vector (what enters the last linear layer), \`CE\` the cross-entropy, \`lambda\` the weight
that \`--lambda\` sets ([what its unit is](protocol.md#the-weight-of-a-penalty)). A method's own options are set by
\`--option name=value\`. Each method's file has its mathematics in full, and where papers and their code disagree.

Methods combine: \`--method bss+l2-sp\` adds both penalties, each with its own default weight (another with
\`--option bss.lambda=0.01\`) and its own options (\`--option bss.k=2\`). What does not combine is refused with the reason.
Any method starts from a linear probe; \`--head random\` begins as the papers do.`;

/** docs/methods.md: every method with its options. */
export function methodsPage(): string {
  const sections = allMethods().map(section);
  return `${[introduction, methodsTable((name) => `#${name}`), ...sections].join('\n\n')}\n`;
}

/** All methods in a table, each linked to `link(name)`. */
export function methodsTable(link: (name: string) => string): string {
  const rows = allMethods().map((method) => [
    `[${method.name}](${link(method.name)})`,
    method.title,
    method.paper,
    describeNeeds(method),
    String(method.defaultLambda),
  ]);
  return markdownTable(['method', 'what it is', 'paper', 'needs', 'lambda'], rows);
}

function allMethods(): Method[] {
  return methodNames.map((name) => methods[name]);
}

function section(method: Method): string {
  const options = describeMethodOptions(method);
  const titles = ['option', 'values', 'default', 'meaning'];
  return [
    `## ${method.name}`,
    `${method.title} (${method.paper}).`,
    `    ${method.formula}`,
    `Needs: ${method.bind().needs.map(code).join(', ') || 'nothing'}. Default lambda: ${method.defaultLambda}.`,
    options.length === 0 ? 'No options.' : markdownTable(titles, options.map(row)),
  ].join('\n\n');
}

function row({ name, type, default: value, description }: OptionDescription): string[] {
  return [code(name), type, value === undefined ? 'depends' : code(String(value)), description];
}
