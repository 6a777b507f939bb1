import { isAbsolute } from 'node:path';
import { printableName } from '../../printable.js';
import { exportRun } from '../../run/operations/export-run.js';
import { QUANTIZED_FILE, type QuantizedReport } from '../../run/use/quantized-report.js';
import { accuracyWithInterval, percent } from '../format.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

export const command = {
  options: exportRun.request,
  arguments: ['run'],
  async run({ parse, json }) {
    const report = await perform(exportRun, parse(exportRun.request), { json });
    if (json) return printJson({ type: 'result', ...report });
    const { folder, quantized } = report;
    const path = javaScriptPath(folder);
    const lines = [
      `written: ${folder}/ with README.md, config.json, preprocessor_config.json, onnx/model.onnx${quantized === undefined ? '' : `, ${QUANTIZED_FILE}`}`,
      ...(quantized === undefined ? [] : describeQuantized(quantized)),
      `load it with transformers.js: pipeline('image-classification', ${path})`,
      ...(quantized === undefined
        ? []
        : [`in 8 bits: pipeline('image-classification', ${path}, { dtype: 'q8' })`]),
    ];
    print(`${lines.join('\n')}\n`);
  },
} satisfies Command<typeof exportRun.request>;

function describeQuantized(report: QuantizedReport): string[] {
  const { bytes, split, images, agreement, largest_drop: drop } = report;
  const which = split === 'val' ? 'validation' : 'training';
  return [
    `on ${images} ${which} images: accuracy ${accuracyWithInterval(report.float_accuracy, report.float_interval)}`,
    `  in 8 bits (${(bytes / 1e6).toFixed(2)} MB): ${accuracyWithInterval(report.accuracy, report.interval)}; the same class for ${percent(agreement)} of them`,
    ...(drop === null
      ? []
      : [`  ${printableName(drop.name)} loses most: ${drop.lost} of its ${drop.images} images`]),
  ];
}

/** A folder as transformers.js takes it: a bare name would be a model of the hub. */
function javaScriptPath(folder: string): string {
  const path = isAbsolute(folder) || /^[.][.]?[/\\]/.test(folder) ? folder : `./${folder}`;
  return `'${path.replace(/[\\']/g, '\\$&')}'`;
}
