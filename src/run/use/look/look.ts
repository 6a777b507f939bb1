import type { EpochMetrics } from '../../folder/metrics-log.js';
import type { RunRecord, RunSummary, UnfinishedRun } from '../../folder/record.js';
import type { Measures } from './measure.js';
import type { Missing, Seen } from './seen.js';

/** All that a page shows of a run. */
export interface Look {
  /** The folder's name. */
  readonly name: string;
  readonly record: RunRecord;
  /** Undefined for a run that is not finished. */
  readonly summary: RunSummary | undefined;
  readonly unfinished: UnfinishedRun | undefined;
  readonly epochs: readonly EpochMetrics[];
  /** Undefined where the images or the classifier are not to be had. */
  readonly images: { readonly seen: Seen; readonly measures: Measures } | undefined;
  readonly missing: readonly Missing[];
  /** What a reader should know of the figures. */
  readonly remarks: readonly string[];
}
