import type { RunHost } from '../events.js';
import { WorkClock } from './work-clock.js';

/** A host whose operation's time is told apart. */
export interface TimedHost extends RunHost {
  readonly clock: WorkClock;
}

/** The same host, with a clock that follows the phases; of a process that does its first work, since the process started. */
export function timedHost(host: RunHost): TimedHost {
  const clock = new WorkClock(host.isLater === true ? performance.now() : 0);
  return {
    ...host,
    clock,
    emit(event) {
      if (event.type === 'phase') clock.enter(event.phase);
      host.emit(event);
    },
  };
}
