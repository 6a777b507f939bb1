import { wilsonInterval } from '../../../../analysis/statistics.js';
import { accuracyChart } from '../../../../figures/charts/accuracy-chart.js';
import { chart, section } from '../../../../figures/page/figure.js';
import { type Html, html } from '../../../../figures/page/html.js';
import { accuracyWithInterval } from '../../../../format-accuracy.js';
import { keptEpoch, metricOf } from '../curves.js';
import type { Look } from '../look.js';

interface Row {
  readonly name: string;
  /** In the chart. */
  readonly short: string;
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly images: number;
  readonly color: number;
}

/** The accuracies that the run itself has measured. */
export async function accuracySection(look: Look): Promise<Html> {
  const rows = rowsOf(look);
  if (rows.length === 0)
    return section(
      'Accuracy',
      html`<p>Nothing was measured: there are neither test nor validation images, or no epoch was done.</p>`,
    );
  const drawn = await accuracyChart(rows.map((row) => ({ ...row, name: row.short })));
  return section(
    'Accuracy',
    html`<div class="beside">
${chart(drawn, 'Accuracies with their 95 % intervals')}
<table><thead><tr><th>measured on</th><th class="number">images</th><th class="number">accuracy (95 % interval)</th></tr></thead>
<tbody>${rows.map((row) => html`<tr><td>${row.name}</td><td class="number">${row.images}</td><td class="number">${accuracyWithInterval(row.accuracy, row.interval)}</td></tr>`)}</tbody></table>
</div>
<p class="note">The intervals are Wilson's and cover the choice of images, not of seeds. ${note(look)}</p>`,
  );
}

function note({ summary, record }: Look): string {
  if (record.data.test === 0) return 'There are no test images.';
  if (summary === undefined) return 'The run is not finished: the test images have not been looked at.';
  if (summary.test_accuracy === null) return 'The test images were left alone.';
  return 'The test images were looked at once, after training; the epoch was chosen by the validation images, so that their accuracy is too high on average.';
}

function rowsOf({ record, summary, epochs, unfinished }: Look): Row[] {
  const rows: Row[] = [];
  const add = (
    row: Pick<Row, 'name' | 'short' | 'images' | 'color'>,
    accuracy: number | null | undefined,
  ) => {
    if (accuracy === null || accuracy === undefined || row.images === 0) return;
    const { low, high } = wilsonInterval(Math.round(accuracy * row.images), row.images);
    rows.push({ ...row, accuracy, interval: [low, high] });
  };
  const { val } = record.data;
  const at = (epoch: number | undefined | null) =>
    metricOf(epochs.find((line) => line.epoch === epoch)?.metrics, 'val_accuracy');
  const kept = summary?.best_epoch ?? unfinished?.best_epoch ?? keptEpoch(epochs);
  const name = kept === 0 ? 'validation, linear probe (kept)' : `validation, epoch ${kept} (kept)`;
  add({ name: 'test', short: 'test', images: summary?.test_images ?? 0, color: 0 }, summary?.test_accuracy);
  add({ name, short: 'validation', images: val, color: 1 }, summary?.val_accuracy ?? at(kept));
  const probe = { name: 'validation, linear probe', short: 'probe', images: val, color: 3 };
  if (kept !== 0) add(probe, summary?.probe_val_accuracy ?? at(0));
  return rows;
}
