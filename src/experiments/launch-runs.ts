import type { z } from 'zod';
import { AdarandError } from '../errors.js';
import { type Launched, type LaunchOptions, launch } from '../process/launch.js';
import { type RunEvent, STOPPED } from '../run/events.js';
import type { RunSummary } from '../run/folder/record.js';
import type { Operation } from '../run/operations/operation.js';
import { resume } from '../run/operations/resume.js';
import { train } from '../run/operations/train.js';
import type { TrainOptions } from '../run/options/options.gen.js';

/** Where the runs of an experiment happen: each in a process of its own, several at once if they are asked for. */
export interface Runner {
  train(options: TrainOptions, onEvent: (event: RunEvent) => void): Promise<RunSummary>;
  resume(run: string, onEvent: (event: RunEvent) => void): Promise<RunSummary>;
  /** Anything else that is computed in a process. */
  perform<Request extends z.ZodObject, Result>(
    operation: Operation<Request, Result>,
    request: z.input<Request>,
    onEvent: (event: RunEvent) => void,
  ): Promise<Result>;
}

/** Works here, with each run in a process of its own; stopping stops the runs that are going on, and no other begins. */
export function launchRuns<Result>(work: (runner: Runner) => Promise<Result>): Launched<Result> {
  const running = new Set<Launched<unknown>>();
  let isStopped = false;
  const perform = async <Request extends z.ZodObject, Answer>(
    operation: Operation<Request, Answer>,
    request: z.input<Request>,
    onEvent: LaunchOptions['onEvent'],
  ): Promise<Answer> => {
    if (isStopped) throw new AdarandError(STOPPED, 'stopped between two runs');
    const launched = launch(operation, request, { onEvent });
    running.add(launched);
    return launched.result.finally(() => running.delete(launched));
  };
  const end = (how: (launched: Launched<unknown>) => void) => {
    isStopped = true;
    for (const launched of running) how(launched);
  };
  return {
    result: work({
      perform,
      train: (options, onEvent) => perform(train, options, onEvent),
      resume: (run, onEvent) => perform(resume, { run }, onEvent),
    }),
    stop: () => end((launched) => launched.stop()),
    kill: () => end((launched) => launched.kill()),
  };
}
