import { at } from '../../src/errors.js';
import { formatDifference, formatResults, type MethodResults } from '../../src/figures/comparison.js';
import type { Machine } from '../../src/run/folder/describe-machine.js';
import { type Measured, measuredOn, paragraph } from './measured.js';

/** What docs/results.md says about one run of the quickstart. */
export function quickstartBlock(
  results: readonly MethodResults[],
  machine: Machine,
  measured: Measured,
): string {
  const first = results.map(({ title, runs }) => {
    const accuracy = at(runs, 0).test_accuracy;
    return `${title} ${accuracy === null ? 'without test images' : `${(100 * accuracy).toFixed(2)} %`}`;
  });
  return [
    formatResults(results, 'markdown'),
    paragraph(
      `${formatDifference(results)}. The README's picture shows the first seed: ${first.join(', ')}.`,
    ),
    measuredOn(machine, measured),
  ].join('\n\n');
}
