import { launch } from '../../process/launch.js';
import { exportOptionsSchema } from '../../run/options/operations.js';
import { parseFlags } from '../flags.js';
import { printJson } from '../json.js';
import { supervise } from '../supervise.js';

export async function exportTo(run: string, flags: { readonly json?: boolean }): Promise<void> {
  const { json = false, ...others } = flags;
  const options = parseFlags(exportOptionsSchema, { run, ...others });
  const { folder } = await supervise(launch('export', options));
  if (json) return printJson({ type: 'result', run, folder });
  process.stdout.write(
    `written: ${folder}/ with config.json, preprocessor_config.json, onnx/model.onnx\n` +
      `load it with transformers.js: pipeline('image-classification', '${folder}')\n`,
  );
}
