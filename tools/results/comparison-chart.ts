import { type DotRow, dotChart } from '../../src/figures/charts/dot-chart.js';
import { standalone } from '../../src/figures/standalone.js';

/** The picture of a dataset's comparison: test accuracies in percent on an axis of their own range, AdaRand in another colour. */
export async function comparisonChart(
  dataset: string,
  methods: readonly {
    readonly title: string;
    readonly factor: number | undefined;
    readonly accuracies: readonly number[];
  }[],
  withFactors: boolean,
): Promise<string> {
  const rows = methods.map(
    ({ title, factor, accuracies }): DotRow => ({
      name: factor === undefined ? title : `${title} (${factor})`,
      values: accuracies,
      color: Number(title === 'adarand'),
    }),
  );
  return standalone(
    await dotChart({
      title: `Test accuracy on ${dataset}, mean ± standard deviation, and single seeds${withFactors ? ' (factor on lambda)' : ''}`,
      label: 'test accuracy (%)',
      rows,
    }),
  );
}
