import assert from 'node:assert/strict';
import { at } from '../../src/errors.js';
import type { Claim } from '../../tools/claims/claim.js';
import type { Evidence } from '../../tools/claims/evidence/schema.js';
import { type Finding, type JudgedPart, judge } from '../../tools/claims/judge.js';
import { Missing } from '../../tools/claims/missing.js';
import { type Described, syntheticEvidence } from './synthetic-evidence.js';

/** What differs from seed to seed, with mean 0 and standard deviation 1, of five seeds. */
export const noise = [-1.2649110640673518, -0.6324555320336759, 0, 0.6324555320336759, 1.2649110640673518];

/** Plain fine-tuning at 50 %, AdaRand above it by `gain` points, give or take `spread`. */
export function gaining(gain: number, spread = 0.5, more: Partial<Described> = {}): Evidence {
  return syntheticEvidence({
    methods: ['plain', 'adarand'],
    run: ({ label, seed }) =>
      label === 'adarand' ? { accuracy: 50 + gain + spread * at(noise, seed) } : { accuracy: 50 },
    ...more,
  });
}

export function verdictOf(claim: Claim, ...evidence: Evidence[]): string {
  return at(judge([claim], evidence), 0).verdict;
}

export function partsOf(claim: Claim, ...evidence: Evidence[]): readonly JudgedPart[] {
  return at(judge([claim], evidence), 0).parts;
}

export function findingOf(claim: Claim, ...evidence: Evidence[]): Finding {
  const { finding } = at(partsOf(claim, ...evidence), 0);
  return finding instanceof Missing ? assert.fail(finding.what) : finding;
}

export function missingOf(claim: Claim, ...evidence: Evidence[]): string {
  const { finding } = at(partsOf(claim, ...evidence), 0);
  return finding instanceof Missing ? finding.what : assert.fail('nothing is missing');
}
