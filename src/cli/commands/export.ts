import { isAbsolute } from 'node:path';
import { commandLine } from '../../run/command-line.js';
import { exportRun } from '../../run/operations/export-run.js';
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
    const { folder } = report;
    const page = options.web ? ', index.html, web/' : '';
    print(
      `written: ${folder}/ with README.md, config.json, preprocessor_config.json, onnx/model.onnx${page}\n` +
        `load it with transformers.js: pipeline('image-classification', ${javaScriptPath(folder)})\n${options.web ? `see its page: ${commandLine('serve', folder)}\n` : ''}`,
    );
  },
} satisfies Command<typeof exportRun.request>;

/** A folder as transformers.js takes it: a bare name would be a model of the hub. */
function javaScriptPath(folder: string): string {
  const path = isAbsolute(folder) || /^[.][.]?[/\\]/.test(folder) ? folder : `./${folder}`;
  return `'${path.replace(/[\\']/g, '\\$&')}'`;
}
