import type { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { type Launched, type LaunchOptions, launch } from '../../process/launch.js';
import { STOPPED } from '../../run/events.js';
import type { Operation } from '../../run/operations/operation.js';
import { resume } from '../../run/operations/resume.js';
import { train } from '../../run/operations/train.js';
import { parseOptions } from '../../run/options/parse-options.js';
import { tuneOptionsSchema } from '../../run/options/tune-options.js';
import type { TuneEvent } from './events.js';
import type { TuneReport } from './record.js';
import { type Budget, resumeTuning, startTuning } from './tune.js';

export type Tuning =
  | { readonly start: z.input<typeof tuneOptionsSchema> }
  | ({ readonly resume: string } & Budget);

/** Searches here, with each run in a process of its own; stopping the search stops the run that is going on. */
export function launchTuning(
  what: Tuning,
  onEvent: ((event: TuneEvent) => void) | undefined = undefined,
): Launched<TuneReport> {
  let running: Launched<unknown> | undefined;
  let isStopped = false;
  const perform = async <Request extends z.ZodObject, Result>(
    operation: Operation<Request, Result>,
    request: z.input<Request>,
    options: LaunchOptions,
  ): Promise<Result> => {
    if (isStopped) throw new AdarandError(STOPPED, 'stopped between two runs');
    const launched = launch(operation, request, options);
    running = launched;
    return launched.result;
  };
  const host = {
    emit: (event: TuneEvent) => onEvent?.(event),
    train: (options: z.input<typeof train.request>, listener: LaunchOptions['onEvent']) =>
      perform(train, options, { onEvent: listener }),
    resume: (run: string, listener: LaunchOptions['onEvent']) =>
      perform(resume, { run }, { onEvent: listener }),
  };
  const begin = async () => {
    if ('start' in what) return startTuning(parseOptions(tuneOptionsSchema, what.start), host);
    const { resume: path, ...budget } = what;
    return resumeTuning(path, budget, host);
  };
  return {
    result: begin(),
    stop() {
      isStopped = true;
      running?.stop();
    },
    kill() {
      isStopped = true;
      running?.kill();
    },
  };
}
