import { formatBytes } from '../../files/format-bytes.js';
import { accuracyWithInterval, ofSomeClasses, percent } from '../../format-accuracy.js';
import { type LookReport, look } from '../../run/operations/look.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

export const command = {
  options: look.request,
  arguments: ['run'],
  async run({ parse, json }) {
    const report = await perform(look, parse(look.request), { json });
    if (json) printJson({ type: 'result', ...report });
    else print(`${asText(report).join('\n')}\n`);
  },
} satisfies Command<typeof look.request>;

function asText({ page, bytes, missing, remarks, figures }: LookReport): string[] {
  return [
    ...missing.map(({ part, why }) => `missing: ${part}. ${why}`),
    ...remarks,
    ...(figures === null ? [] : describe(figures)),
    `written: ${page} (${formatBytes(bytes)}); open it in a browser`,
  ];
}

function describe(figures: NonNullable<LookReport['figures']>): string[] {
  const { split, accuracy, interval, images, mistakes, ece, ece_scaled: scaled, temperature } = figures;
  const present = figures.classes.filter((one) => one.images > 0).length;
  const name = split === 'test' ? 'test' : 'validation';
  const better =
    temperature === null || scaled === null
      ? ''
      : `, ${percent(scaled)} with a temperature of ${temperature.toFixed(2)}`;
  return [
    `${name} accuracy ${accuracyWithInterval(accuracy, interval)} on ${images} images${ofSomeClasses(present, figures.classes.length)}, ${mistakes.length} mistake${mistakes.length === 1 ? '' : 's'}`,
    `expected calibration error ${percent(ece)}${better}`,
  ];
}
