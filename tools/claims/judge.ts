import { holm } from '../../src/analysis/holm.js';
import { type Interval, sampleStandardDeviation } from '../../src/analysis/statistics.js';
import { at } from '../../src/errors.js';
import { bestSamples } from './best-samples.js';
import type { Claim, Part } from './claim.js';
import type { Evidence } from './evidence/schema.js';
import { Missing } from './missing.js';
import type { Sample } from './sample.js';
import { type StratifiedTest, stratifiedTest, valuesNeeded } from './stratified-test.js';

export type Verdict = 'holds here' | 'does not hold here' | 'cannot be told';

export interface JudgedClaim {
  readonly claim: Claim;
  readonly verdict: Verdict;
  readonly parts: readonly JudgedPart[];
}

export interface JudgedPart {
  readonly part: Part;
  readonly verdict: Verdict;
  /** Or what it would take. */
  readonly finding: Finding | Missing;
}

/** What the runs that a claim is judged on say of a part of it, in the part's unit. */
export interface Finding extends Interval {
  readonly sample: Sample;
  readonly paper: number;
  /** Over datasets, of their means over seeds; with its 95 % interval, which is of this mean alone. */
  readonly mean: number;
  /**
   * Corrected p value of there being just what the claim exceeds: 0, or the limit. Undefined where the spread is not known, as
   * the two that follow.
   */
  readonly pOfNone: number | undefined;
  /** That of there being just enough: half of the paper's difference, or the limit. */
  readonly pOfEnough: number | undefined;
  /** Seeds of each dataset for an interval of half of the paper's value on both sides. */
  readonly seedsNeeded: number | undefined;
}

const LEVEL = 0.05;

/**
 * Decides the claims by the evidence. A part holds if its mean is told to be above what the claim exceeds (0, or the paper's
 * limit), and does not hold if it is told to be below what would be enough (half of the paper's difference, or the limit). Tests
 * are two-sided at 5 %, with Holm's correction over all parts that are tested, on each of the two sides: they are wrong on one
 * tail each, so that the probability of any wrong verdict is 5 % at most.
 */
export function judge(claims: readonly Claim[], evidence: readonly Evidence[]): JudgedClaim[] {
  const samples = claims.map((claim) => bestSamples(claim, evidence));
  const tests = claims.map(({ parts }, c) =>
    at(samples, c).map((sample, i) => (sample instanceof Missing ? sample : testsOf(at(parts, i), sample))),
  );
  const all = tests.flat().filter((one): one is Tests => !(one instanceof Missing));
  const correctedOf = (side: 'ofNone' | 'ofEnough') => {
    // A test without a p value was made, too.
    const adjusted = holm(all.map((one) => one[side].p ?? 1));
    return new Map(all.map((one, i) => [one, one[side].p === undefined ? undefined : at(adjusted, i)]));
  };
  const [none, enough] = [correctedOf('ofNone'), correctedOf('ofEnough')];
  return claims.map((claim, c) => {
    const parts = claim.parts.map((part, i): JudgedPart => {
      const own = at(at(tests, c), i);
      if (own instanceof Missing) return { part, verdict: 'cannot be told', finding: own };
      const finding = findingOf(own, none.get(own), enough.get(own));
      return { part, verdict: verdictOf(own, finding), finding };
    });
    return { claim, verdict: verdictOfAll(parts), parts };
  });
}

interface Tests {
  readonly sample: Sample;
  readonly paper: number;
  /** What the claim exceeds, and what would be enough. */
  readonly bounds: { readonly none: number; readonly enough: number };
  readonly ofNone: StratifiedTest;
  readonly ofEnough: StratifiedTest;
}

function testsOf(part: Part, sample: Sample): Tests {
  const paper = part.paperIn(sample.ground.shares);
  const bounds = part.kind === 'limit' ? { none: paper, enough: paper } : { none: 0, enough: paper / 2 };
  const strata = sample.datasets.map(({ values }) => values);
  const [ofNone, ofEnough] = [stratifiedTest(strata, bounds.none), stratifiedTest(strata, bounds.enough)];
  return { sample, paper, bounds, ofNone, ofEnough };
}

function findingOf(
  { sample, paper, ofNone: { mean, low, high, halfWidth, p } }: Tests,
  pOfNone: number | undefined,
  pOfEnough: number | undefined,
): Finding {
  const deviations = sample.datasets.map(({ values }) => sampleStandardDeviation(values));
  const seedsNeeded = p === undefined ? undefined : valuesNeeded(deviations, Math.abs(paper) / 2);
  return { sample, paper, mean, low, high, halfWidth, pOfNone, pOfEnough, seedsNeeded };
}

function verdictOf({ bounds }: Tests, { mean, pOfNone, pOfEnough }: Finding): Verdict {
  if (mean > bounds.none && pOfNone !== undefined && pOfNone < LEVEL) return 'holds here';
  if (mean < bounds.enough && pOfEnough !== undefined && pOfEnough < LEVEL) return 'does not hold here';
  return 'cannot be told';
}

/** A claim holds if all of its parts do, and does not if one of them does not. */
function verdictOfAll(parts: readonly JudgedPart[]): Verdict {
  const has = (verdict: Verdict) => parts.some((part) => part.verdict === verdict);
  if (has('does not hold here')) return 'does not hold here';
  return has('cannot be told') ? 'cannot be told' : 'holds here';
}
