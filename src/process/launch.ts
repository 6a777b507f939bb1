import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { AdarandError } from '../errors.js';
import type { RunEvent } from '../run/events.js';
import type { Operation } from '../run/operations/operation.js';
import { parseOptions } from '../run/options/parse-options.js';
import { crashed, killed } from './crash.js';
import { fromFailure } from './failure.js';
import { collectOutput, forked } from './forked.js';
import { fromProcessSchema, parsed, type ToProcess } from './messages.js';

/** An operation that a process is performing. */
export interface Launched<Result> {
  /** Rejects with the operation's own errors, or `process.crashed` if the process died. */
  readonly result: Promise<Result>;
  /** Asks for an end at the next step, with a checkpoint: `result` then rejects with `run.stopped`. */
  stop(): void;
  /** Ends the process now. The last checkpoint stays. */
  kill(): void;
}

export interface LaunchOptions {
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

/**
 * Starts a process that performs one operation. The caller's own process loads neither ONNX Runtime nor an image
 * library.
 */
export function launch<Request extends z.ZodObject, Result>(
  operation: Operation<Request, Result>,
  request: z.input<Request>,
  { onEvent }: LaunchOptions = {},
): Launched<Result> {
  const child = forked(fileURLToPath(new URL('./main.js', import.meta.url)));
  let stopped = false;
  let answered = false;
  const send = (message: ToProcess) => {
    if (child.connected) child.send(message, () => {}); // a dead child is noticed by its exit
  };
  const end = () => child.kill('SIGKILL');
  const result = new Promise<Result>((resolve, reject) => {
    const last = { phase: 'start', run: undefined as string | undefined, output: '' };
    collectOutput(child, (text) => {
      last.output = (last.output + text).slice(-4000);
    });
    const receive = (raw: unknown) => {
      const message = parsed(fromProcessSchema, raw);
      answered ||= message.type !== 'event';
      if (message.type === 'failure') reject(fromFailure(message));
      else if (message.type === 'result') resolve(parsed(operation.result, message.result));
      else {
        const { event } = message;
        if (event.type === 'phase') last.phase = event.phase;
        if (event.type === 'run') last.run = event.path;
        onEvent?.(event);
      }
    };
    child.on('message', (raw) => {
      // What is thrown in a listener could be caught by nobody.
      try {
        receive(raw);
      } catch (error) {
        reject(error);
        end();
      }
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (answered) return;
      const error = stopped ? killed(last.run) : crashed({ code, signal, ...last });
      void tidy(last.run).finally(() => reject(error));
    });
    try {
      send({ type: 'perform', module: operation.module, request });
    } catch (error) {
      end();
      reject(notSent(operation, request, error));
    }
  });
  return {
    result,
    stop: () => send({ type: 'stop' }),
    kill() {
      stopped = true;
      end();
    },
  };
}

/** Removes the lock and the half-written files of a process that is gone, as far as that can be done. */
async function tidy(run: string | undefined): Promise<void> {
  if (run === undefined) return;
  const { RunFolder } = await import('../run/folder/run-folder.js');
  await RunFolder.openLocked(run)
    .then((held) => held.close())
    .catch(() => {});
}

/** A request that is no plain data: with the option that is wrong, where the schema knows. */
function notSent<Request extends z.ZodObject, Result>(
  { request: schema }: Operation<Request, Result>,
  request: unknown,
  cause: unknown,
): unknown {
  try {
    parseOptions(schema, request);
  } catch (error) {
    return error;
  }
  return new AdarandError(
    'config.invalid',
    `the options cannot be given to a process: ${cause instanceof Error ? cause.message : cause}`,
    'Options are plain data: text, numbers, true or false, and arrays and objects of these.',
    cause,
  );
}
