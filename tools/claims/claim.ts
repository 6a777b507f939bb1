import type { Contestant } from './contestants.js';
import type { FinishedFinding } from './evidence/schema.js';
import type { Missing } from './missing.js';
import type { Unit } from './units.js';

/** Something that the paper says, and what decides it. */
export interface Claim {
  /** In a sentence, without its full stop. */
  readonly title: string;
  /** The paper's numbers, and where they are. */
  readonly paper: string;
  /** All of these have to hold. */
  readonly parts: readonly Part[];
  /** How many shares of the training images are compared with each other: 1 unless given. */
  readonly shares?: 1 | 2;
}

/** A quantity of each dataset and seed: the more of it, the more is the claim right. */
export interface Part {
  /** What is measured: `AdaRand - fine-tuning`. */
  readonly title: string;
  readonly unit: Unit;
  /** What the paper has; of a claim about two shares of the training images, with these. */
  paperIn(shares?: readonly number[]): number;
  /**
   * `difference`: the claim is that there is one, above 0; less than half of the paper's is too little. `limit`: the claim is
   * that it is not below the paper's.
   */
  readonly kind: 'difference' | 'limit';
  readonly needs: readonly Need[];
  /** Of the runs that are needed, in that order, which have the same dataset and seed. */
  valueOf(runs: readonly ComparedRun[]): number | Missing;
}

export interface Need {
  readonly contestant: Contestant;
  /** Of a claim about two shares of the training images; the smaller one unless given. */
  readonly share?: 'less' | 'more';
}

/** A run with what its numbers are relative to. */
export interface ComparedRun {
  readonly run: FinishedFinding;
  readonly testImages: number;
  /** Numbers of a feature vector. */
  readonly featureSize: number;
}
