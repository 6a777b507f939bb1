import type { z } from 'zod';
import { AdarandError } from '../errors.js';
import { type Launched, type LaunchOptions, launch } from '../process/launch.js';
import { OperationProcess } from '../process/operation-process.js';
import { type RunEvent, STOPPED } from '../run/events.js';
import type { RunSummary } from '../run/folder/record.js';
import type { Operation } from '../run/operations/operation.js';
import { resume } from '../run/operations/resume.js';
import { train } from '../run/operations/train.js';
import type { TrainOptions } from '../run/options/options.gen.js';

/**
 * Where the runs of an experiment happen: in processes, several at once if they are asked for. A process that is done with
 * one run takes the next, and knows the images that it has decoded.
 */
export interface Runner {
  train(options: TrainOptions, onEvent: (event: RunEvent) => void): Promise<RunSummary>;
  resume(run: string, onEvent: (event: RunEvent) => void): Promise<RunSummary>;
  /** Anything else that is computed, in a process of its own. */
  perform<Request extends z.ZodObject, Result>(
    operation: Operation<Request, Result>,
    request: z.input<Request>,
    onEvent: (event: RunEvent) => void,
  ): Promise<Result>;
}

/** Works here, with runs in other processes; stopping stops the runs that are going on, and no other begins. */
export function launchRuns<Result>(work: (runner: Runner) => Promise<Result>): Launched<Result> {
  const running = new Set<Launched<unknown>>();
  const idle: OperationProcess[] = [];
  let isStopped = false;
  const watched = <Answer>(begin: () => Launched<Answer>): Promise<Answer> => {
    if (isStopped)
      throw new AdarandError(STOPPED, 'stopped between two runs', 'The same command or call begins anew.');
    const launched = begin();
    running.add(launched);
    return launched.result.finally(() => running.delete(launched));
  };
  const run = async <Request extends z.ZodObject, Answer>(
    operation: Operation<Request, Answer>,
    request: z.input<Request>,
    onEvent: LaunchOptions['onEvent'],
  ): Promise<Answer> => {
    const process = idle.pop() ?? new OperationProcess();
    try {
      return await watched(() => process.perform(operation, request, { onEvent }));
    } finally {
      idle.push(process);
    }
  };
  const end = (how: (launched: Launched<unknown>) => void) => {
    isStopped = true;
    for (const launched of running) how(launched);
  };
  const runner: Runner = {
    train: (options, onEvent) => run(train, options, onEvent),
    resume: (path, onEvent) => run(resume, { run: path }, onEvent),
    perform: async (operation, request, onEvent) => watched(() => launch(operation, request, { onEvent })),
  };
  return {
    result: work(runner).finally(() => {
      for (const process of idle) process.close();
    }),
    stop: () => end((launched) => launched.stop()),
    kill: () => end((launched) => launched.kill()),
  };
}
