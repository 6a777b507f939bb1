import { type Bar, barChart } from '../../src/figures/charts/bar-chart.js';
import { standalone } from '../../src/figures/standalone.js';

/** The picture of a dataset's comparison: test accuracies in percent, AdaRand in another colour. */
export async function comparisonChart(
  dataset: string,
  methods: readonly {
    readonly title: string;
    readonly factor: number | undefined;
    readonly accuracies: readonly number[];
  }[],
  withFactors: boolean,
): Promise<string> {
  const bars = methods.map(
    ({ title, factor, accuracies }): Bar => ({
      name: factor === undefined ? title : `${title} (${factor})`,
      values: accuracies,
      color: Number(title === 'adarand'),
    }),
  );
  return standalone(
    await barChart({
      title: `Test accuracy on ${dataset}, mean and single seeds${withFactors ? ' (factor on lambda)' : ''}`,
      label: 'test accuracy (%)',
      bars,
    }),
  );
}
