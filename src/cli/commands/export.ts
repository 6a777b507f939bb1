import { exportRun } from '../../run/operations/export-run.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import type { Command } from './command.js';

export const command = {
  options: exportRun.request,
  arguments: ['run'],
  async run({ parse, json }) {
    const report = await perform(exportRun, parse(exportRun.request), { json });
    if (json) return printJson({ type: 'result', ...report });
    const { folder } = report;
    process.stdout.write(
      `written: ${folder}/ with config.json, preprocessor_config.json, onnx/model.onnx\n` +
        `load it with transformers.js: pipeline('image-classification', '${folder}')\n`,
    );
  },
} satisfies Command<typeof exportRun.request>;
