import type { EpochMetrics } from '../../../run/folder/metrics-log.js';
import type { RunRecord, RunSummary } from '../../../run/folder/record.js';
import type { Place } from '../../compare/record.js';
import type { Answers } from './answers.js';

/** A run that has ended, as its folder has it. */
export interface FinishedRun {
  readonly status: 'finished';
  readonly place: Place;
  /** Its folder. */
  readonly path: string;
  readonly record: RunRecord;
  readonly summary: RunSummary;
  readonly epochs: readonly EpochMetrics[];
}

/** What is known of a run that has no result. */
export interface LostRun {
  readonly status: 'failed' | 'unfinished';
  readonly place: Place;
  readonly path: string;
  /** Why, in a sentence. */
  readonly why: string;
}

export type RunEvidence = FinishedRun | LostRun;

/** What single images were answered, and where their features are; per run. */
export interface ImageEvidence {
  /** Undefined where neither predictions nor the classifier are there. */
  readonly answers: Answers | undefined;
  /** Undefined where neither kept features nor the classifier are there. */
  readonly features: Features | undefined;
}

export interface Features {
  /** [n, d], row by row. */
  readonly values: Float32Array;
  /** [n] */
  readonly labels: readonly number[];
  /** Of an image. */
  readonly size: number;
  /** `test images`, `validation images`. */
  readonly of: string;
}

/** All that a report is made of. */
export interface Evidence {
  /** Names of what was given: an experiment, or its runs. */
  readonly title: string;
  /** In the order of the tables: the baseline first. */
  readonly methods: readonly string[];
  /** Label of the method that others are compared with: plain fine-tuning, or an experiment's first. Undefined where there is neither. */
  readonly baseline: string | undefined;
  /** What accuracies are measured on: the test images, or, where no run was tested, the validation images. */
  readonly split: 'test' | 'val';
  readonly runs: readonly RunEvidence[];
  /** By the folder of the run. */
  readonly images: ReadonlyMap<string, ImageEvidence>;
  /** What a reader should know of all of it. */
  readonly remarks: readonly string[];
}

export function isFinished(run: RunEvidence): run is FinishedRun {
  return run.status === 'finished';
}
