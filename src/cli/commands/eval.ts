import { formatTable } from '../../figures/table.js';
import { type EvaluationReport, evaluate } from '../../run/operations/evaluate.js';
import { accuracyWithInterval, percent } from '../format.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

export const command = {
  options: evaluate.request,
  arguments: ['run', 'data'],
  async run({ parse, json }) {
    const report = await perform(evaluate, parse(evaluate.request), { json });
    if (json) printJson({ type: 'result', ...report });
    else print(`${asText(report).join('\n')}\n`);
  },
} satisfies Command<typeof evaluate.request>;

function asText(report: EvaluationReport): string[] {
  const { accuracy, interval, images, split, classes, confusions } = report;
  const rows = classes.map((row) => [row.name, row.images, percent(row.accuracy)]);
  return [
    `accuracy ${accuracyWithInterval(accuracy, interval)} on ${images} images (${split})`,
    `balanced accuracy ${percent(report.balanced_accuracy)}, loss ${report.loss.toFixed(3)}`,
    '',
    formatTable([{ title: 'class' }, { title: 'images' }, { title: 'accuracy' }], rows),
    ...confusions.slice(0, 3).map((pair) => `${pair.images} x ${pair.truth} taken for ${pair.predicted}`),
  ];
}
