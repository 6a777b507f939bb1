import type { z } from 'zod';
import type { Launched } from '../../process/launch.js';
import { parseOptions } from '../../run/options/parse-options.js';
import { resumeTuneOptionsSchema, tuneOptionsSchema } from '../../run/options/tune-options.js';
import { launchRuns } from '../launch-runs.js';
import type { TuneEvent } from './events.js';
import type { TuneReport } from './record.js';
import { resumeTuning, startTuning } from './tune.js';

export type Tuning =
  | { readonly start: z.input<typeof tuneOptionsSchema> }
  | z.input<typeof resumeTuneOptionsSchema>;

/** Searches here, with each run in a process of its own; stopping the search stops the run that is going on. */
export function launchTuning(
  what: Tuning,
  onEvent: ((event: TuneEvent) => void) | undefined = undefined,
): Launched<TuneReport> {
  return launchRuns(async (runner) => {
    const host = { ...runner, emit: (event: TuneEvent) => onEvent?.(event) };
    if ('start' in what) return startTuning(parseOptions(tuneOptionsSchema, what.start), host);
    const { resume: path, ...budget } = parseOptions(resumeTuneOptionsSchema, what);
    return resumeTuning(path, budget, host);
  });
}
