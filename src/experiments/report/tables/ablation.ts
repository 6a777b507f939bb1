import { pairedTest } from '../../../analysis/paired-test.js';
import { meanAndSpread } from '../../../analysis/statistics.js';
import { signed } from '../../../figures/comparison.js';
import { formatSpread } from '../../../figures/table.js';
import type { ReportTable } from '../block.js';
import type { Evidence } from '../evidence/evidence.js';
import { accuracyOf, fractionText, namesOf, pairsOf, panelsOf } from '../evidence/panels.js';
import { type Variant, variantsIn } from '../evidence/variants.js';
import { lostText } from './accuracy.js';

/** The parts of AdaRand taken away one by one, and priors of RandReg; undefined for fewer than two of these. */
export function ablationTable(evidence: Evidence): ReportTable | undefined {
  const variants = variantsIn(evidence);
  if (variants.length < 2) return undefined;
  const whole = variants.find(({ name }) => name === 'AdaRand');
  const panels = panelsOf(evidence);
  const nameOf = namesOf(panels);
  const several = panels.length > 1;
  const fractions = new Set(panels.flatMap((panel) => panel.fractions)).size > 1;
  const lines = panels.flatMap((panel) =>
    panel.fractions.flatMap((fraction) => linesOf(variants, whole, { panel, fraction }, evidence)),
  );
  return {
    name: 'ablation',
    title: `Parts of AdaRand, and priors of RandReg: accuracy in percent${whole === undefined ? '' : ', and the difference to AdaRand, paired by seed'}`,
    columns: [
      ...(several ? [{ title: 'data' }] : []),
      ...(fractions ? [{ title: 'images', number: true }] : []),
      { title: 'variant' },
      { title: 'accuracy', number: true },
      ...(whole === undefined
        ? []
        : [
            { title: 'to AdaRand', number: true },
            { title: '95 %', number: true },
          ]),
    ],
    rows: lines.map(({ panel, fraction, name, accuracy, difference, interval }) => [
      ...(several ? [nameOf(panel)] : []),
      ...(fractions ? [fractionText(fraction)] : []),
      name,
      accuracy,
      ...(whole === undefined ? [] : [difference, interval]),
    ]),
    notes: [
      ...(whole === undefined
        ? []
        : ['Intervals are of single comparisons (paired t), without a correction.']),
      'AdaRand without both of its losses and RandReg with class statistics are the same method.',
    ],
  };
}

function linesOf(
  variants: readonly Variant[],
  whole: Variant | undefined,
  { panel, fraction }: { readonly panel: ReturnType<typeof panelsOf>[number]; readonly fraction: number },
  { split }: Evidence,
) {
  const base = whole && panel.cell(whole.label, fraction);
  return variants.flatMap(({ name, label }) => {
    const cell = panel.cell(label, fraction);
    if (cell.runs.length === 0) return [];
    const values = cell.finished.map((run) => accuracyOf(run, split));
    const lost = lostText(cell);
    const accuracy = [
      ...(values.length > 0 ? [formatSpread(meanAndSpread(values))] : []),
      ...(lost === '' ? [] : [lost]),
    ];
    const pairs = base === undefined || label === whole?.label ? [] : pairsOf(cell, base);
    const test =
      pairs.length === 0
        ? undefined
        : pairedTest(
            pairs.map(([run]) => accuracyOf(run, split)),
            pairs.map(([, run]) => accuracyOf(run, split)),
          );
    return [
      {
        panel,
        fraction,
        name,
        accuracy: accuracy.join(', '),
        difference: test === undefined ? '–' : signed(test.mean),
        interval: test === undefined || test.n < 2 ? '–' : `${signed(test.low)} to ${signed(test.high)}`,
      },
    ];
  });
}
