import { formatTable } from '../../figures/table.js';
import { accuracyWithInterval, overSomeClasses, percent, withMirrorImages } from '../../format-accuracy.js';
import { printableName } from '../../printable.js';
import { type EvaluationReport, evaluate } from '../../run/operations/evaluate.js';
import { describeConfusions } from '../describe-confusions.js';
import { printJson } from '../json.js';
import { perform } from '../perform.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

export const command = {
  options: evaluate.request,
  arguments: ['run', 'data'],
  async run({ parse, json }) {
    const report = await perform(evaluate, parse(evaluate.request), { json });
    if (json) printJson({ type: 'result', ...report });
    else print(`${asText(report).join('\n')}\n`);
  },
} satisfies Command<typeof evaluate.request>;

function asText(report: EvaluationReport): string[] {
  const { accuracy, interval, classes, without_images: without, confusions } = report;
  const over = overSomeClasses(classes.length, classes.length + without.length);
  const rows = classes.map((row) => [row.name, row.images, percent(row.accuracy)]);
  return [
    `accuracy ${accuracyWithInterval(accuracy, interval)} on ${describeImages(report)}${withMirrorImages(report)}`,
    ...describeOverlap(report),
    `balanced accuracy ${percent(report.balanced_accuracy)}${over}, loss ${report.loss.toFixed(3)}`,
    '',
    formatTable([{ title: 'class' }, { title: 'images' }, { title: 'accuracy' }], rows),
    ...describeConfusions(confusions),
  ];
}

function describeImages({ images, split, overlap }: EvaluationReport): string {
  const s = images === 1 ? '' : 's';
  const some = `${images} image${s}`;
  if (split === 'all') return `all ${some}`;
  if (split !== 'test') return `${some} (${split})`;
  if (overlap.tested === images) return `${images} test image${s} of the run`;
  return `${some} that the run has not ${overlap.tested > 0 ? 'learnt from' : 'seen'}`;
}

function describeOverlap({ images, split, overlap, others }: EvaluationReport): string[] {
  const { trained, validated, left_out, tested, near, unused } = overlap;
  const lines: string[] = [];
  if (trained + validated > 0) {
    const known = `${trained} that the run was trained on, ${validated} that it was validated on`;
    lines.push(
      left_out ? `left out: ${known} (the same pictures, by content)` : `of these ${images}: ${known}`,
    );
  }
  if (split === 'test' && tested > 0 && tested < images)
    lines.push(`of these ${images}: ${tested} test image${tested === 1 ? '' : 's'} of the run`);
  if (near.length > 0) {
    const examples = near
      .slice(0, 3)
      .map(({ image, known }) => `${printableName(image)} ≈ ${printableName(known)}`);
    const more = near.length > 3 ? ` and ${near.length - 3} more` : '';
    lines.push(
      `of these ${images}: ${near.length} near-equal to images that the run was trained or validated on: ${examples.join(', ')}${more}`,
    );
  }
  if (unused > 0) lines.push(`of these ${images}: ${unused} that the run's training fraction left unused`);
  if (others > 0)
    lines.push(`not asked for: ${others} images outside of ${split} (--split all for every image)`);
  return lines;
}
