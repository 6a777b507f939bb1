import type { RunEvent } from '../run/events.js';
import type { RunSummary } from '../run/folder/record.js';
import { RunFolder } from '../run/folder/run-folder.js';
import { stageOf } from '../run/folder/stage.js';
import type { TrainOptions } from '../run/options/options.gen.js';
import type { Runner } from './launch-runs.js';

/** The summary of the run in `out`: trained if none has begun there, continued if it was stopped, read if it is finished. */
export async function trainOrContinue(
  out: string,
  options: TrainOptions,
  runner: Pick<Runner, 'train' | 'resume'>,
  onEvent: (event: RunEvent) => void,
): Promise<RunSummary> {
  switch (stageOf(out)) {
    case undefined:
      return runner.train({ ...options, out }, onEvent);
    case 'begun':
      return runner.resume(out, onEvent);
    case 'finished': {
      const folder = await RunFolder.open(out);
      return (await folder.summary()) ?? runner.resume(out, onEvent);
    }
  }
}
