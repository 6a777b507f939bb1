import { formatTable } from '../../figures/table.js';
import { formatBytes } from '../../files/format-bytes.js';
import { type Inspection, inspect } from '../../run/operations/inspect.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

export const command = {
  options: inspect.request,
  arguments: ['model'],
  async run({ parse, json }) {
    const report = await perform(inspect, parse(inspect.request), { json });
    if (json) printJson({ type: 'result', ...report });
    else print(`${asText(report).join('\n')}\n`);
    // For scripts: whether it can be trained.
    if (!report.trains) process.exitCode = 1;
  },
} satisfies Command<typeof inspect.request>;

function asText({ model, trains, file, network, remarks, problems, advice }: Inspection): string[] {
  const facts = [...fileFacts(file, network !== null), ...networkFacts(network)];
  const width = Math.max(0, ...facts.map(([what]) => what.length)) + 2;
  return [
    `${model} ${trains ? 'can be fine-tuned' : 'cannot be fine-tuned'}`,
    '',
    ...facts.map(([what, is]) => what.padEnd(width) + is),
    ...(remarks.length === 0 ? [] : ['', ...remarks.map((remark) => `note: ${remark}`)]),
    ...(file === null ? [] : ['', operatorTable(file.operators)]),
    ...problems.flatMap(({ code, message, hint }) => [
      '',
      `${code}: ${message}`,
      ...(hint === undefined ? [] : [`hint: ${hint}`]),
    ]),
    ...(advice.length === 0 ? [] : ['', ...advice]),
  ];
}

type Fact = readonly [what: string, is: string];

function fileFacts(file: Inspection['file'], isBuilt: boolean): readonly Fact[] {
  if (file === null) return [];
  const { inputs, halved, images, features, head, constants, compared } = file;
  const free = (size: number | null) => size ?? 'any';
  return [
    ...inputs.map(
      ({ name, shape }): Fact => [
        'input',
        `${name} [${shape.map(free).join(', ')}]${halved ? ', halved first' : ''}`,
      ],
    ),
    ...(isBuilt ? [madeFor(images)] : []),
    ['features', features === null ? 'not found' : features],
    [
      'head',
      head === null
        ? features === null
          ? 'not found'
          : 'none'
        : `gives ${head.output}${head.normalised === null ? '' : `, through a ${head.normalised}`}`,
    ],
    ...(constants.length === 0 ? [] : [['stays as it is', some(constants)] as const]),
    ['same as file', compared ? 'yes, on two images' : 'not compared'],
  ];
}

function madeFor(images: number | null): Fact {
  return ['made for', images === null ? 'any number of images' : `${images} at a time; built for any number`];
}

function networkFacts(network: Inspection['network']): readonly Fact[] {
  if (network === null) return [];
  const { image_size: size, parameters, groups, buffers, feature_maps: maps, untrained, memory } = network;
  const numbers = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const { batch_size: batch } = memory;
  return [
    ['image size', `${size} x ${size}`],
    ['feature size', String(network.feature_size)],
    ['classes', network.classes === null ? 'none' : String(network.classes)],
    ['trained', `${parameters.length} tensors, ${numbers} numbers`],
    ['groups', ends(groups.map(({ name }) => name))],
    ['BatchNorm', buffers.length === 0 ? 'none with statistics' : `${buffers.length / 2} with statistics`],
    ['feature maps', maps.map(({ name, shape }) => `${name} [${shape}]`).join(', ') || 'none'],
    ...(untrained.length === 0 ? [] : [['without gradient', some(untrained)] as const]),
    [
      'memory',
      `at least ${formatBytes(memory.bytes)} for a step of ${batch} ${batch === 1 ? 'image' : 'images'}`,
    ],
  ];
}

/** `9, from stem to layer4.1`. */
function ends(names: readonly string[]): string {
  const [first, last] = [names[0], names.at(-1)];
  return first === last ? (first ?? 'none') : `${names.length}, from ${first} to ${last}`;
}

function some(names: readonly string[]): string {
  return names.length <= 8
    ? names.join(', ')
    : `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`;
}

const uses = { gradient: 'trained through', constants: 'of constants alone', unsupported: 'NOT SUPPORTED' };

function operatorTable(operators: NonNullable<Inspection['file']>['operators']): string {
  const columns = ['operator', 'nodes', ''].map((title) => ({ title }));
  return formatTable(
    columns,
    operators.map(({ operator, nodes, use }) => [operator, nodes, uses[use]]),
  );
}
