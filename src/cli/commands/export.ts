import { isAbsolute } from 'node:path';
import { accuracyWithInterval, percent } from '../../format-accuracy.js';
import { printableName } from '../../printable.js';
import { commandLine } from '../../run/command-line.js';
import { type ExportReport, exportRun } from '../../run/operations/export-run.js';
import { QUANTIZED_FILE, type QuantizedReport } from '../../run/use/quantized-report.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

export const command = {
  options: exportRun.request,
  arguments: ['run'],
  async run({ parse, json }) {
    const options = parse(exportRun.request);
    const report = await perform(exportRun, options, { json });
    if (json) return printJson({ type: 'result', ...report });
    const { folder, zip, library, quantized } = report;
    const path = javaScriptPath(folder);
    const names = 'README.md, config.json, preprocessor_config.json, onnx/model.onnx';
    const small = quantized === undefined ? '' : `, ${QUANTIZED_FILE}`;
    const page = options.web ? ', index.html, web/' : '';
    const lines = [
      `written: ${folder}/ with ${names}${small}${tensorFiles(library)}${page}`,
      ...(zip === undefined ? [] : [`written: ${zip} with the same files`]),
      ...(quantized === undefined ? [] : describeQuantized(quantized)),
      `load it with transformers.js: pipeline('image-classification', ${path})`,
      ...(quantized === undefined
        ? []
        : [`in 8 bits: pipeline('image-classification', ${path}, { dtype: 'q8' })`]),
      ...(options.web ? [`see its page: ${commandLine('serve', folder)}`] : []),
    ];
    print(`${lines.join('\n')}\n`);
  },
} satisfies Command<typeof exportRun.request>;

/** Beside the ONNX file, for Python. */
function tensorFiles(library: ExportReport['library']): string {
  if (library === undefined) return '';
  return `, model.safetensors${library === 'transformers' ? ', processor_config.json' : ''}`;
}

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
