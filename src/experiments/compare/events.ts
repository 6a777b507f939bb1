import type { RunEvent } from '../../run/events.js';
import type { CheckedData } from './check-experiment.js';
import type { ChosenConfiguration, ExperimentRun, TriedConfiguration } from './record.js';
import type { Trial } from './search.js';

/** What an experiment reports while it works. */
export type CompareEvent =
  /** It begins, or goes on: its runs, and those of them that are to be trained now. */
  | {
      readonly type: 'experiment';
      readonly path: string;
      readonly runs: number;
      readonly left: number;
      /** Side by side, and threads of each. */
      readonly parallel: number;
      readonly threads: number;
    }
  /** What is reported while the runs are checked, before the first one. */
  | { readonly type: 'check-event'; readonly event: RunEvent }
  /** The runs are checked: what there is to say of their data and of them, and what each of them would say of itself. */
  | {
      readonly type: 'checked';
      readonly data: readonly CheckedData[];
      readonly remarks: readonly string[];
      readonly known: readonly string[];
    }
  /** Steps of a run are measured, for `dryRun`. */
  | {
      readonly type: 'measuring';
      readonly run: ExperimentRun;
      readonly number: number;
      readonly total: number;
    }
  /** A configuration is tried on the first seed. */
  | {
      readonly type: 'trial-begins';
      readonly trial: Trial;
      readonly number: number;
      readonly total: number;
      /** Until the end of the search, as far as it can be told. */
      readonly seconds_left: number | null;
    }
  /** A configuration was tried. */
  | {
      readonly type: 'trial-ended';
      readonly tried: TriedConfiguration;
      readonly number: number;
      readonly total: number;
      readonly seconds_left: number | null;
    }
  /** All configurations are tried. */
  | { readonly type: 'chosen'; readonly chosen: readonly ChosenConfiguration[] }
  /** A run begins. */
  | {
      readonly type: 'run-begins';
      readonly run: ExperimentRun;
      /** From 1 on, among all runs. */
      readonly number: number;
      /** Until the experiment's end, as far as it can be told. */
      readonly seconds_left: number | null;
    }
  /** A run has finished or failed. */
  | {
      readonly type: 'run-ended';
      readonly run: ExperimentRun;
      readonly number: number;
      readonly test_accuracy: number | null;
      readonly seconds_left: number | null;
    }
  /** What a run reports; its folder inside that of the experiment. */
  | { readonly type: 'run-event'; readonly run: string; readonly event: RunEvent };
