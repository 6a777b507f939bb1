import { AdarandError } from '../errors.js';
import { STOPPED } from '../run/events.js';
import type { Launched } from './launch.js';

/**
 * The result of what `start` launches, which is asked to stop when the signal is aborted. Where it is already, nothing starts.
 *
 * @throws AdarandError `run.stopped`, and as what is launched does.
 */
export async function untilAborted<Result>(
  signal: AbortSignal | undefined,
  start: () => Launched<Result>,
): Promise<Result> {
  if (signal?.aborted)
    throw new AdarandError(
      STOPPED,
      'the signal was aborted before anything had begun',
      'Give a signal that is not aborted.',
      signal.reason,
    );
  const launched = start();
  signal?.addEventListener('abort', launched.stop);
  try {
    return await launched.result;
  } finally {
    signal?.removeEventListener('abort', launched.stop);
  }
}
