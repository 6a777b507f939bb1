import { section } from '../../../../figures/page/figure.js';
import { type Content, type Html, html } from '../../../../figures/page/html.js';
import { formatBytes } from '../../../../files/format-bytes.js';
import type { RunSummary } from '../../../folder/record.js';
import { describeOptions } from '../../../options/describe-options.js';
import { trainOptionsSchema } from '../../../options/train-options.js';
import { trainedInWords } from '../../../train/trained-groups.js';
import { repeatCommand } from '../../repeat-command.js';
import { bibtexOf } from '../bibtex.js';
import type { Look } from '../look.js';

/** What was run, with what, and how to run it again. */
export function factsSection({ record, summary, unfinished }: Look): Html {
  const { options, settings, data, model, groups, machine, source } = record;
  const trained = groups && trainedInWords(groups);
  const rows: readonly (readonly [string, Content | undefined])[] = [
    ['begun', record.started],
    [
      'images',
      `${options.data}: ${data.train} for training, ${data.val} for validation, ${data.test} for the test; ${data.classes.length} classes`,
    ],
    ['of the images', data.remarks && data.remarks.length > 0 ? inLines(data.remarks) : undefined],
    ['source images', source === null ? undefined : `${source.name}: ${source.images}`],
    [
      'model',
      `${model.name}, ${model.parameters} parameters, ${model.featureSize} features, images of ${model.preprocessing.imageSize} pixels`,
    ],
    [
      'from the hub',
      model.source === null ? undefined : `${model.source.repo}, commit ${model.source.commit}`,
    ],
    ['trained', trained],
    [
      'method',
      `${options.method}, lambda ${settings.lambda} (${options.lambdaUnit}), in the loss ${short(settings.effectiveLambda)}`,
    ],
    [
      'method options',
      Object.keys(Object(settings.methodOptions)).length === 0
        ? undefined
        : JSON.stringify(settings.methodOptions),
    ],
    [
      'optimizer',
      `${options.optimizer}, learning rate ${settings.learningRate}, ${options.schedule}, weight decay ${settings.weightDecay}, batches of ${settings.batchSize}`,
    ],
    ['augmentation', settings.augment],
    ['seed', String(options.seed)],
    ['length', lengthOf(options.epochs, summary, unfinished)],
    ['time and memory', summary && timeAndMemory(summary)],
    [
      'machine',
      `${machine.cpu}, ${machine.cores} cores (${record.threads} threads), ${formatBytes(machine.memoryBytes)}, ${machine.platform}`,
    ],
    [
      'versions',
      [
        `node ${machine.node}`,
        ...Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`),
      ].join(', '),
    ],
  ];
  const papers = bibtexOf(options.method);
  return section(
    'What was run',
    html`<table class="facts"><tbody>${rows.flatMap(([name, value]) =>
      value === undefined
        ? []
        : [
            html`<tr><th>${name}</th><td>${value}</td></tr>
`,
          ],
    )}</tbody></table>
<h3>Again</h3>
<pre>${repeatCommand(record)}</pre>
<p class="note">The same seed gives the same bits on the same machine with as many threads.${record.changes?.some(({ epochs, patience }) => (epochs ?? patience) !== undefined) !== true ? '' : ' The length of this run was changed when it was resumed; one that has this length from the start follows another schedule.'}</p>
<details><summary>All options</summary><table class="facts"><tbody>${allOptions(options)}</tbody></table></details>
${papers.length === 0 ? undefined : html`<h3>The method's paper</h3><pre>${papers.join('\n\n')}</pre>`}`,
  );
}

function inLines(lines: readonly string[]): Html {
  return html`${lines.map((line, i) => html`${i > 0 ? html`<br>` : ''}${line}`)}`;
}

function timeAndMemory({ seconds_per_epoch, peak_memory_bytes }: RunSummary): string {
  const time = seconds_per_epoch === null ? [] : [`${seconds_per_epoch.toFixed(1)} s per epoch`];
  const memory = peak_memory_bytes === null ? [] : [`${formatBytes(peak_memory_bytes)} at most`];
  return [...time, ...memory].join(', ');
}

function lengthOf(epochs: number, summary: Look['summary'], unfinished: Look['unfinished']): string {
  if (summary !== undefined) return `${summary.epochs} epochs, ${summary.steps} batches`;
  return unfinished === undefined
    ? `of ${epochs} epochs, it is not known how many are done`
    : `${unfinished.epoch} of ${epochs} epochs are done, ${unfinished.step} batches`;
}

function allOptions(options: Look['record']['options']): Html[] {
  const values: Readonly<Record<string, unknown>> = options;
  return describeOptions(trainOptionsSchema).map(({ key }) => {
    const value = values[key];
    return html`<tr><th>${key}</th><td>${value === undefined ? 'not given' : typeof value === 'string' ? value : JSON.stringify(value)}</td></tr>
`;
  });
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
