import type { EvaluationReport } from '../run/operations/evaluate.js';

const SHOWN = 10;

/** The most frequent confusions, and how many there are besides. */
export function describeConfusions(confusions: EvaluationReport['confusions']): string[] {
  const shown = confusions.slice(0, SHOWN);
  const more = confusions.length - shown.length;
  return [
    ...shown.map((pair) => `${pair.images} x ${pair.truth} taken for ${pair.predicted}`),
    ...(more > 0 ? [`and ${more} more pair${more === 1 ? '' : 's'} of classes: --json has all`] : []),
  ];
}
