import { type Html, html } from '../../../figures/page/html.js';
import { formatBytes } from '../../../files/format-bytes.js';
import type { RunRecord } from '../../../run/folder/record.js';
import { bibtexOf } from '../../../run/use/look/bibtex.js';
import { repeatCommand } from '../../../run/use/repeat-command.js';
import { type Section, table, text } from '../block.js';
import { type Evidence, type FinishedRun, isFinished } from '../evidence/evidence.js';
import { groupBy } from '../evidence/group-by.js';
import { differingOptions } from '../evidence/labels.js';
import { runsTable } from '../tables/runs.js';

export const factsSection: Section = {
  title: 'What was run',
  make(evidence) {
    const runs = evidence.runs.filter(isFinished);
    const records = runs.map(({ record }) => record);
    const papers = Array.from(new Set(records.flatMap(({ options }) => bibtexOf(options.method))));
    return [
      text(facts(evidence, runs)),
      text(differences(runs)),
      table(runsTable(evidence)),
      text(html`<details><summary>The commands that repeat these runs</summary><pre>${runs.map(({ record }) => repeatCommand(record)).join('\n')}</pre></details>
<p class="note">The same seed gives the same bits on the same machine with as many threads.</p>`),
      ...(papers.length === 0
        ? []
        : [text(html`<h3>The methods' papers</h3><pre>${papers.join('\n\n')}</pre>`)]),
    ];
  },
};

function facts({ runs: all }: Evidence, runs: readonly FinishedRun[]): Html {
  const records = runs.map(({ record }) => record);
  const distinct = (of: (record: RunRecord) => string) => Array.from(new Set(records.map(of)));
  const seeds = Array.from(new Set(all.map(({ place }) => place.seed))).sort((a, b) => a - b);
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [
      'images',
      distinct(
        ({ data, options }) =>
          `${options.data}: ${data.train} for training, ${data.val} for validation, ${data.test} for the test; ${data.classes.length} classes`,
      ),
    ],
    ['of the images', imageRemarks(runs)],
    [
      'networks',
      distinct(
        ({ model }) =>
          `${model.name}${model.source === null ? '' : ` (${model.source.repo}, commit ${model.source.commit})`}: ${model.parameters} parameters, ${model.featureSize} features, images of ${model.preprocessing.imageSize} pixels; licence: ${model.licences.length === 0 ? 'not named by its description' : model.licences.join(', ')}`,
      ),
    ],
    ['seeds', [seeds.join(', ')]],
    ['begun', [spanOf(records.map(({ started }) => started))]],
    [
      'machine',
      distinct(
        ({ machine, threads }) =>
          `${machine.cpu}, ${machine.cores} cores (${threads} threads), ${formatBytes(machine.memoryBytes)}, ${machine.platform}`,
      ),
    ],
    [
      'versions',
      distinct(({ machine }) =>
        [
          `node ${machine.node}`,
          ...Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`),
        ].join(', '),
      ),
    ],
  ];
  return html`<table class="facts"><tbody>${rows
    .filter(([, values]) => values.length > 0)
    .map(
      ([
        name,
        values,
      ]) => html`<tr><th>${name}</th><td>${values.map((value, i) => html`${i > 0 ? html`<br>` : ''}${value}`)}</td></tr>
`,
    )}</tbody></table>`;
}

/** What was found in each dataset that says what an accuracy on it is worth; where splits are cut, of one seed. */
function imageRemarks(runs: readonly FinishedRun[]): string[] {
  return Array.from(
    groupBy(runs, ({ record }) => record.options.data),
    ([data, own]) => {
      const share = Math.max(...own.map(({ place }) => place.fraction));
      const whole = own.filter(({ place }) => place.fraction === share);
      const seeds = groupBy(whole, ({ record }) => (record.data.remarks ?? []).join('\n'));
      const first = whole.reduce((a, b) => (b.place.seed < a.place.seed ? b : a));
      const which = seeds.size > 1 ? ` (seed ${first.place.seed})` : '';
      return (first.record.data.remarks ?? []).map((line) => `${data}${which}: ${line}`);
    },
  ).flat();
}

function spanOf(times: readonly string[]): string {
  const sorted = [...times].sort();
  const [first = '', last = ''] = [sorted[0], sorted.at(-1)];
  return first === last ? first : `${first} to ${last}`;
}

/** Options and settings of a method that are not those of all. */
function differences(runs: readonly FinishedRun[]): Html {
  const names = differingOptions(runs.map(({ record }) => record.options));
  const settings = ['learningRate', 'lambda', 'weightDecay', 'batchSize', 'augment'] as const;
  const rows = Array.from(
    groupBy(runs, ({ place }) => place.method),
    ([method, own]) => {
      const values = [
        ...names.map((name) => [name, ...valuesOf(own, ({ options }) => optionOf(options, name))]),
        ...settings
          .filter((name) => !names.includes(name))
          .map((name) => [name, ...valuesOf(own, ({ settings }) => settings[name])]),
        ['in the method', ...valuesOf(own, ({ settings }) => settings.methodOptions)],
      ];
      return html`<tr><th>${method}</th><td>${values.map(([name = '', ...each]) => `${name} ${each.join(' or ')}`).join('; ')}</td></tr>
`;
    },
  );
  return html`<h3>Options of each method</h3>
<p class="note">${names.length === 0 ? 'All other options that can change a result are the same for all runs.' : `These are not the same for all runs: ${names.join(', ')}.`} Values that were left open were chosen for the data and the network.</p>
<table class="facts"><tbody>${rows}</tbody></table>`;
}

/** By its name. */
function optionOf(options: Readonly<Record<string, unknown>>, name: string): unknown {
  return options[name];
}

function valuesOf(runs: readonly FinishedRun[], of: (record: RunRecord) => unknown): string[] {
  return Array.from(
    new Set(
      runs.map(({ record }) => {
        const value = of(record);
        if (value === undefined) return 'not given';
        return typeof value === 'string' ? value : JSON.stringify(value);
      }),
    ),
  );
}
