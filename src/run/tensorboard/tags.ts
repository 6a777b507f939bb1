import type { MetricsLine } from '../folder/metrics-log.js';

/** Fields of a line that say where it belongs, not what was measured. */
const places: ReadonlySet<string> = new Set(['type', 'epoch', 'step', 'best', 'unix_seconds']);

/** The numbers of a line of `metrics.jsonl`, by the names that TensorBoard shows them under. */
export function taggedMetrics(line: MetricsLine): ReadonlyMap<string, number> {
  const tag = line.type === 'step' ? (name: string) => `train/${name}` : epochTag;
  return new Map(
    Object.entries(line).flatMap(([name, value]) =>
      typeof value === 'number' && !places.has(name) ? [[tag(name), value]] : [],
    ),
  );
}

/**
 * TensorBoard groups by what stands before the slash. Of an epoch: `val/` is of the validation images, `train_eval/` of the
 * training images seen as in evaluation, `train_epoch/` the mean over the epoch's steps.
 */
function epochTag(name: string): string {
  if (name === 'validation_seconds') return 'val/seconds';
  if (name.startsWith('val_')) return `val/${name.slice('val_'.length)}`;
  if (name.startsWith('train_')) return `train_eval/${name.replace(/^train_(eval_)?/, '')}`;
  return `train_epoch/${name}`;
}
