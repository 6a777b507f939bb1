import { AdarandError } from '../../errors.js';
import type { HubHost } from '../../models/hub/host.js';
import { type RunHost, STOPPED } from '../events.js';

/** Progress is told so often at most: a download has thousands of pieces. */
const SECONDS = 0.2;

/** What a run's host hears of the download of its model: a phase of its own, once there is one. */
export function hubHost(model: string, host: RunHost): HubHost {
  let told: number | undefined;
  let waiting: { readonly done: number; readonly total: number } | undefined;
  const tell = () => {
    const now = performance.now() / 1000;
    if (waiting === undefined) return;
    if (told === undefined) host.emit({ type: 'phase', phase: 'download' });
    else if (waiting.done < waiting.total && now - told < SECONDS) return;
    host.emit({ type: 'progress', phase: 'download', ...waiting });
    [told, waiting] = [now, undefined];
  };
  return {
    progress(done, total) {
      waiting = { done, total };
      tell();
    },
    remark: (text) => host.emit({ type: 'remark', text }),
    throwIfStopped() {
      // It is asked while nothing comes, too.
      tell();
      if (host.stop())
        throw new AdarandError(
          STOPPED,
          `stopped while ${model} was downloaded`,
          'What is here is kept: the same command goes on from there.',
        );
    },
  };
}
