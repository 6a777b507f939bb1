import { isAbsolute } from 'node:path';
import { commandLine } from '../../run/command-line.js';
import { type ExportReport, exportRun } from '../../run/operations/export-run.js';
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
    const { folder, zip, library } = report;
    const names = 'README.md, config.json, preprocessor_config.json, onnx/model.onnx';
    const page = options.web ? ', index.html, web/' : '';
    const lines = [
      `written: ${folder}/ with ${names}${tensorFiles(library)}${page}`,
      ...(zip === undefined ? [] : [`written: ${zip} with the same files`]),
      `load it with transformers.js: pipeline('image-classification', ${javaScriptPath(folder)})`,
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

/** A folder as transformers.js takes it: a bare name would be a model of the hub. */
function javaScriptPath(folder: string): string {
  const path = isAbsolute(folder) || /^[.][.]?[/\\]/.test(folder) ? folder : `./${folder}`;
  return `'${path.replace(/[\\']/g, '\\$&')}'`;
}
