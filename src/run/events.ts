import type { FolderReport } from '../data/index.js';
import { AdarandError } from '../errors.js';
import type { Phase, TrainingEvent } from '../training/events.js';
import type { UnfinishedRun } from './folder/record.js';
import type { ImagePrediction } from './operations/predict.js';

/** What a run is doing: the trainer's phases, and those around it. */
export type RunPhase = Phase | 'model' | 'download' | 'data' | 'export' | 'quantize' | 'evaluate' | 'draw';

/** What a run reports while it works. Plain data: it crosses processes, and becomes a line of JSON. */
export type RunEvent =
  /** Another phase begins. */
  | { readonly type: 'phase'; readonly phase: RunPhase }
  /** How far a phase without steps has come; a download, in bytes. */
  | { readonly type: 'progress'; readonly phase: RunPhase; readonly done: number; readonly total: number }
  /** What was found in the folder; `lines` is the same as text. */
  | { readonly type: 'data'; readonly lines: readonly string[]; readonly report: FolderReport }
  /** A run that is used before it is finished: how far it has come, and what is used of it. */
  | ({ readonly type: 'unfinished'; readonly path: string } & UnfinishedRun)
  /** The answer for one image, as soon as it is there; answers come in the order of the images. */
  | ({ readonly type: 'prediction' } & ImagePrediction)
  /** Training is about to begin, or to continue after `step`. */
  | {
      readonly type: 'run';
      readonly path: string;
      readonly step: number;
      readonly settings: Readonly<Record<string, unknown>>;
    }
  | Exclude<TrainingEvent, { readonly type: 'phase' | 'progress' }>;

/** What the process gives to every operation. */
export interface RunHost {
  emit(event: RunEvent): void;
  /** Asked between batches: true ends the work there. */
  readonly stop: () => boolean;
  /** Whether the process has performed others before this one: the memory that it has taken at most may then be theirs. */
  readonly isLater?: boolean;
}

/** Code of the error that ends a run that was asked to stop; it is not a fault. */
export const STOPPED = 'run.stopped';

/** @throws AdarandError `run.stopped` if the host asks for it. */
export function throwIfStopped({ stop }: RunHost, phase: RunPhase = 'data'): void {
  if (!stop()) return;
  const isUse = phase === 'evaluate' || phase === 'quantize';
  const when = isUse ? 'stopped before the last image' : 'stopped before training';
  throw new AdarandError(STOPPED, `${when}; nothing was written`, 'The same command or call begins anew.');
}

/** The same items, with progress reported after each; throws `run.stopped` before the next one when asked to stop. */
export async function* watched<T>(
  items: AsyncIterable<T>,
  host: RunHost,
  progress: { readonly phase: RunPhase; readonly total: number },
): AsyncGenerator<T, void, undefined> {
  let done = 0;
  for await (const item of items) {
    throwIfStopped(host, progress.phase);
    yield item;
    host.emit({ type: 'progress', ...progress, done: ++done });
  }
}
