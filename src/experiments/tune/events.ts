import type { RunEvent } from '../../run/events.js';
import type { TriedRun } from './record.js';

/** What a search reports while it works. */
export type TuneEvent =
  /** A run begins. */
  | {
      readonly type: 'trial';
      readonly run: string;
      readonly method: string;
      /** Of its configuration; 0 are the defaults. */
      readonly configuration: number;
      readonly epochs: number;
      readonly stage: number;
      readonly fold: number;
      /** Until the search's end, as far as it can be told. */
      readonly seconds_left: number | null;
    }
  /** A run has ended, and this came of it. */
  | ({ readonly type: 'tried' } & TriedRun)
  /** Something that the user will want to know. */
  | { readonly type: 'remark'; readonly text: string }
  /** What a run reports. */
  | { readonly type: 'run-event'; readonly event: RunEvent };
