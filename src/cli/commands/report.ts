import { type Report, report } from '../../experiments/report/operation.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

export const command = {
  options: report.request,
  arguments: ['runs'],
  async run({ parse, json }) {
    const result = await perform(report, parse(report.request), { json });
    if (json) printJson({ type: 'result', ...result });
    else print(`${asText(result).join('\n')}\n`);
  },
} satisfies Command<typeof report.request>;

function asText({ runs, methods, remarks, files, to, page }: Report): string[] {
  const several = (folder: string) =>
    new Set(
      files
        .filter((file) => file.startsWith(folder))
        .map((file) => file.replace(/(-column|-page)?[.]\w+$/, '')),
    ).size;
  return [
    `${runs} run${runs === 1 ? '' : 's'} of ${methods.length} method${methods.length === 1 ? '' : 's'}: ${methods.join(', ')}`,
    ...remarks,
    `written: ${to}/ with tables/ (${several('tables/')}, each as CSV, Markdown and LaTeX) and figures/ (${several('figures/')}, each as SVG and PNG)`,
    `open ${page} in a browser`,
  ];
}
