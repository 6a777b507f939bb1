import { isMany, type WatchedStatus } from '../../experiments/watch/watched-status.js';
import { describeMany, newsOfMany, progressOfMany } from './describe-many.js';
import { describeRun, newsOfRun, progressOf } from './describe-run.js';

/** How far it has come, as lines of a terminal. */
export function describe(status: WatchedStatus): string[] {
  return isMany(status) ? describeMany(status) : describeRun(status);
}

/** What is new since `before`, as lines that stay; what it was may have become something else. */
export function newsOf(before: WatchedStatus | undefined, now: WatchedStatus): string[] {
  if (isMany(now)) return newsOfMany(before !== undefined && isMany(before) ? before : undefined, now);
  return newsOfRun(before === undefined || isMany(before) ? undefined : before, now);
}

/** A line that will change soon; undefined where there is none. */
export function progressLine(status: WatchedStatus): string | undefined {
  if (isMany(status)) return progressOfMany(status);
  return status.state === 'running' ? progressOf(status) : undefined;
}
