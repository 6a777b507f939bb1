import { wrapped } from '../../src/cli/format.js';
import { at } from '../../src/errors.js';
import { formatDifference, formatResults, type MethodResults } from '../../src/figures/comparison.js';
import type { Machine } from '../../src/run/folder/describe-machine.js';

/** What docs/results.md says about one run of the quickstart, which was measured on `machine` at `date` (ISO 8601). */
export function quickstartBlock(
  results: readonly MethodResults[],
  machine: Machine,
  { date, seconds }: { readonly date: string; readonly seconds: number },
): string {
  const { cpu, cores, node, versions } = machine;
  const first = results.map(({ title, runs }) => {
    const accuracy = at(runs, 0).test_accuracy;
    return `${title} ${accuracy === null ? 'without test images' : `${(100 * accuracy).toFixed(2)} %`}`;
  });
  return [
    formatResults(results, 'markdown'),
    paragraph(
      `${formatDifference(results)}. The README's picture shows the first seed: ${first.join(', ')}.`,
    ),
    paragraph(
      `Measured on ${date}, on ${cores} cores of ${cpu}, with Node ${node}, onnxruntime-node ` +
        `${versions['onnxruntime-node']} and adarand ${versions.adarand}, in ${Math.round(seconds)} s.`,
    ),
  ].join('\n\n');
}

const paragraph = (text: string) => wrapped(text.split(' '), 120).join('\n');
