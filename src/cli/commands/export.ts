import { isAbsolute } from 'node:path';
import { type ExportReport, exportRun } from '../../run/operations/export-run.js';
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
    const { folder, library } = report;
    print(
      `written: ${folder}/ with README.md, config.json, preprocessor_config.json, onnx/model.onnx${tensorFiles(library)}\n` +
        `load it with transformers.js: pipeline('image-classification', ${javaScriptPath(folder)})\n`,
    );
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
