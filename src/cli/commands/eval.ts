import { formatTable } from '../../figures/table.js';
import { launch } from '../../process/launch.js';
import { evaluateOptionsSchema } from '../../run/options/operations.js';
import { parseFlags } from '../flags.js';
import { percent } from '../format.js';
import { printJson } from '../json.js';
import { createProgress } from '../progress.js';
import { supervise } from '../supervise.js';

export async function evaluate(run: string, data: string, flags: { readonly json?: boolean }): Promise<void> {
  const { json = false, ...others } = flags;
  const options = parseFlags(evaluateOptionsSchema, { run, data, ...others });
  const progress = createProgress({ json });
  const report = await supervise(launch('evaluate', options, progress)).finally(() => progress.end());
  if (json) return printJson({ type: 'result', ...report });
  const { accuracy, half_width: half, images, split, classes, confusions } = report;
  const rows = classes.map((row) => [row.name, row.images, percent(row.accuracy)]);
  const lines = [
    `accuracy ${percent(accuracy)} ± ${(100 * half).toFixed(1)} points (95 %) on ${images} images (${split})`,
    `balanced accuracy ${percent(report.balanced_accuracy)}, loss ${report.loss.toFixed(3)}`,
    '',
    formatTable([{ title: 'class' }, { title: 'images' }, { title: 'accuracy' }], rows),
    ...confusions.slice(0, 3).map((pair) => `${pair.images} x ${pair.truth} taken for ${pair.predicted}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
