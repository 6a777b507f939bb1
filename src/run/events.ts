import type { FolderReport } from '../data/index.js';
import { AdarandError } from '../errors.js';
import type { Phase, TrainingEvent } from '../training/events.js';

/** What a run is doing: the trainer's phases, and those around it. */
export type RunPhase = Phase | 'model' | 'data' | 'export' | 'evaluate';

/** What a run tells while it works. Plain data: it crosses processes, and becomes a line of JSON. */
export type RunEvent =
  | { readonly type: 'phase'; readonly phase: RunPhase }
  /** How far a phase without steps has come. */
  | { readonly type: 'progress'; readonly phase: RunPhase; readonly done: number; readonly total: number }
  /** What was found in the folder; `lines` say it to people. */
  | { readonly type: 'data'; readonly lines: readonly string[]; readonly report: FolderReport }
  /** Training is about to begin, or to go on after `step`. */
  | {
      readonly type: 'run';
      readonly path: string;
      readonly step: number;
      readonly settings: Readonly<Record<string, unknown>>;
    }
  | Exclude<TrainingEvent, { readonly type: 'phase' }>;

/** What every operation on runs is given by whoever starts it. */
export interface RunHost {
  emit(event: RunEvent): void;
  /** Asked between batches: true ends the work there. */
  readonly stop: () => boolean;
}

/** Code of the error that a run which was told to stop ends with; it is no fault. */
export const STOPPED = 'run.stopped';

/** @throws AdarandError `run.stopped` if the host wants an end. */
export function throwIfStopped({ stop }: RunHost): void {
  if (stop()) throw new AdarandError(STOPPED, 'stopped before training; nothing was written');
}

/** The same items; ends with `run.stopped` at the next one when told to stop, and reports progress. */
export async function* watched<T>(
  items: AsyncIterable<T>,
  host: RunHost,
  progress: { readonly phase: RunPhase; readonly total: number },
): AsyncGenerator<T, void, undefined> {
  let done = 0;
  for await (const item of items) {
    throwIfStopped(host);
    yield item;
    host.emit({ type: 'progress', ...progress, done: ++done });
  }
}
