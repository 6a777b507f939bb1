import { type Dataset, type ImageCache, openDataset } from '../../data/index.js';
import { type RunHost, throwIfStopped } from '../events.js';
import { withRememberedFiles } from '../prepare/remembered-files.js';

/**
 * All images of a folder, which is not cut and may lack classes and splits.
 *
 * @throws AdarandError as `openDataset` does.
 */
export function openWhole(data: string, cache: ImageCache, host: RunHost): Promise<Dataset> {
  host.emit({ type: 'phase', phase: 'data' });
  return withRememberedFiles(data, cache.shorterSide, (remembered) =>
    openDataset(data, {
      remembered,
      seed: 0,
      valFraction: 0,
      testFraction: 0,
      partial: true,
      cache,
      onProgress(done, total) {
        throwIfStopped(host);
        host.emit({ type: 'progress', phase: 'data', done, total });
      },
    }),
  );
}
