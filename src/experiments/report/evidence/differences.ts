import { bootstrapInterval } from '../../../analysis/bootstrap.js';
import { holm } from '../../../analysis/holm.js';
import { type PairedTest, pairedTest, pairsNeeded } from '../../../analysis/paired-test.js';
import { at } from '../../../errors.js';
import type { Evidence } from './evidence.js';
import { keptProbe } from './kept-probe.js';
import { accuracyOf, type Panel, pairsOf } from './panels.js';
import { type Resolution, resolutionOf } from './resolution.js';

/** A method against the baseline, with runs paired by seed. In percentage points. */
export interface Difference {
  readonly dataset: string;
  readonly model: string;
  readonly fraction: number;
  readonly method: string;
  readonly test: PairedTest;
  /** 95 %. */
  readonly bootstrap: readonly [low: number, high: number];
  /** p, corrected for the methods that are compared with the baseline at the same dataset, network and share (Holm). */
  readonly holm: number | undefined;
  /** Comparisons that it was corrected for: those in several seeds. */
  readonly comparisons: number;
  /** Seeds that would be needed to find a difference of this size; undefined where its spread is not known. */
  readonly seedsNeeded: number | undefined;
  readonly resolution: Resolution;
  /** Pairs of which both runs kept the linear probe that they began with: their difference is 0, whatever the methods. */
  readonly probes: number;
}

/** Every method of a panel against the baseline; empty where the baseline has no runs. */
export function differencesIn(panel: Panel, evidence: Evidence): Difference[] {
  const { baseline, split } = evidence;
  if (baseline === undefined) return [];
  return panel.fractions.flatMap((fraction) => {
    const base = panel.cell(baseline, fraction);
    const found = panel.methods.flatMap((method) => {
      const pairs = method === baseline ? [] : pairsOf(panel.cell(method, fraction), base);
      return pairs.length === 0 ? [] : [{ method, pairs }];
    });
    const tests = found.map(({ pairs }) =>
      pairedTest(
        pairs.map(([run]) => accuracyOf(run, split)),
        pairs.map(([, run]) => accuracyOf(run, split)),
      ),
    );
    const adjusted = holmOf(tests);
    return found.map(({ method, pairs }, i) => {
      const test = at(tests, i);
      const values = pairs.map(([run, other]) => accuracyOf(run, split) - accuracyOf(other, split));
      return {
        dataset: panel.dataset,
        model: panel.model,
        fraction,
        method,
        test,
        bootstrap: bootstrapInterval(values),
        holm: adjusted[i],
        comparisons: tests.filter(isTested).length,
        seedsNeeded: test.p === undefined ? undefined : pairsNeeded(test),
        resolution: resolutionOf(pairs, evidence),
        probes: pairs.filter((pair) => pair.every(keptProbe)).length,
      };
    });
  });
}

/**
 * Corrected for those that were tested. Differences without a spread, which have no p value, count with 1: were tests left out for
 * what they gave, the others would be corrected too little.
 */
function holmOf(tests: readonly PairedTest[]): (number | undefined)[] {
  const adjusted = holm(tests.filter(isTested).map(({ p }) => p ?? 1)).values();
  return tests.map((test) => {
    const corrected = isTested(test) ? adjusted.next().value : undefined;
    return test.p === undefined ? undefined : corrected;
  });
}

/** One pair tells nothing of chance: it is no test. */
function isTested({ n }: PairedTest): boolean {
  return n > 1;
}

/** Whether the corrected p value tells the method from the baseline. */
export function isTold({ holm }: Difference): boolean {
  return holm !== undefined && holm < 0.05;
}

/** Whether there is no difference in any seed. */
export function isIdentical({ test }: Difference): boolean {
  return test.n > 1 && test.p === undefined && test.mean === 0;
}

/** Whether another test set of this size may well say otherwise. */
export function isTooSmall(one: Difference): boolean {
  return !isIdentical(one) && Math.abs(one.test.mean) < one.resolution.halfWidth;
}
