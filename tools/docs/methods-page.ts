import { invariant } from '../../src/errors.js';
import type { MethodAbout } from '../../src/methods/about.js';
import { methodNames, methods } from '../../src/methods/index.js';
import type { Method } from '../../src/methods/method.js';
import {
  describeMethodOptions,
  describeNeeds,
  type OptionDescription,
} from '../../src/run/method/describe-method.js';
import { bibtexEntries } from '../../src/run/use/look/bibtex.js';
import { code, markdownTable } from './markdown.js';
import { type MethodCost, methodCosts } from './method-costs.js';

const introduction = `# Methods

Written by \`npm run docs\` from \`src/methods/\` and [performance.md](performance.md#methods); do not edit.

What the letters mean in all of them:

| letter | what it is |
| --- | --- |
| \`g\`, \`g_i\` | an image's feature vector, [d]: what enters the last linear layer; in a batch, [B, d] |
| \`y\`, \`y_i\` | its class, one of K; \`Y\` [B, K] has ones where the classes are |
| \`B\`, \`d\`, \`K\`, \`S\` | images of a batch, numbers of a feature vector, target classes, source classes |
| \`W\`, \`b\`, \`o\` | the new head, [K, d] and [K], and its logits \`W g + b\` |
| \`CE\` | the cross-entropy, mean over the batch, nats |
| \`lambda\` | the weight that \`--lambda\` sets ([what its unit is](protocol.md#the-weight-of-a-penalty)) |
| \`mean_i\`, \`sum_i\` | over the images of a batch |

A method's own options are set by \`--option name=value\`; \`adarand methods NAME\` explains one in the terminal. Time and memory
are those of a step of MobileNetV2 at 224 pixels, relative to plain fine-tuning; [performance.md](performance.md#methods)
has how they were measured, and what precedes training.

Methods combine: \`--method bss+l2-sp\` adds both penalties, each with its own default weight (another with
\`--option bss.lambda=0.01\`) and its own options (\`--option bss.k=2\`). What does not combine is refused with the reason.
Any method starts from a linear probe; \`--head random\` begins as the papers do.

With \`--device webgpu\` or \`--device cuda\`, what a method keeps stays in the device's memory. A method that reads some of it on
the host names that, and it is copied every time: of these, Borrowing Treasures reads its K_i, which no step changes, so that
nothing is copied.`;

/** docs/methods.md: every method, with what it costs by docs/performance.md. */
export function methodsPage(performance: string): string {
  const costs = methodCosts(performance);
  const sections = allMethods().map((method) => section(method, costs.get(method.name)));
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

function section(method: Method, cost: MethodCost | undefined): string {
  const { name, title, paper, formula, about } = method;
  invariant(about !== undefined, `${name} has no about`);
  invariant(
    cost !== undefined,
    `docs/performance.md has no row of ${name}: measure it with \`npm run bench\``,
  );
  const links = about.references.map(({ title: of, url }) => `[${of}](${url})`);
  const bibtex = bibtexEntries(name, about.references);
  return [
    `## ${name}`,
    `${title} (${paper}).${links.length === 0 ? '' : ` ${links.join('; ')}.`}`,
    about.idea,
    `    ${formula}`,
    // A baseline has said all.
    ...(about.equations.length === 1 && about.equations[0] === formula
      ? []
      : ['In full:', about.equations.map((line) => `    ${line}`).join('\n')]),
    ...(Object.keys(about.symbols).length === 0
      ? []
      : [markdownTable(['symbol', 'what it is'], Object.entries(about.symbols).map(symbolRow))]),
    `Needs: ${method.bind().needs.map(code).join(', ') || 'nothing'}.`,
    defaultsTable(method, about),
    ...(about.departures.length === 0
      ? []
      : ['**Paper, code, and what is done here.**', about.departures.map((line) => `- ${line}`).join('\n')]),
    `**Cost.** ${about.cost} ${measured(cost)}`,
    ...(bibtex.length === 0 ? [] : [`\`\`\`bibtex\n${bibtex.join('\n\n')}\n\`\`\``]),
  ].join('\n\n');
}

/** Ratios alone: times and sizes are those of one machine. The row of plain fine-tuning is `1 (786 ms)`. */
function measured({ time, memory }: MethodCost): string {
  if (time.startsWith('1 (')) return 'Costs of the other methods are relative to these.';
  return `Measured: ${time} times the time of plain fine-tuning, ${memory} times its memory.`;
}

function symbolRow([symbol, meaning]: readonly [string, string]): string[] {
  return [symbol.split(', ').map(code).join(', '), meaning];
}

/** The weight and the options, with where their defaults come from. */
function defaultsTable(method: Method, { defaults }: MethodAbout): string {
  const { name, defaultLambda } = method;
  const rows = describeMethodOptions(method).map((option) => row(option, defaults[option.name] ?? ''));
  if (defaultLambda === 0 && rows.length === 0) return 'No options, and no weight.';
  const lambda = ['`--lambda`', 'number', code(String(defaultLambda)), defaults.lambda, `weight of ${name}`];
  const titles = ['option', 'values', 'default', 'where the default is from', 'meaning'];
  return markdownTable(titles, [lambda, ...rows]);
}

function row({ name, type, default: value, description }: OptionDescription, source: string): string[] {
  return [code(name), type, value === undefined ? 'depends' : code(String(value)), source, description];
}
