import type { ChildProcess } from 'node:child_process';
import type { z } from 'zod';
import { AdarandError, messageOf } from '../errors.js';
import type { Operation } from '../run/operations/operation.js';
import { parseOptions } from '../run/options/parse-options.js';
import { crashed, killed } from './crash.js';
import { fromFailure } from './failure.js';
import { collectOutput } from './forked.js';
import type { Launched, LaunchOptions } from './launch.js';
import { fromProcessSchema, parsed, type ToProcess } from './messages.js';

/** Has an idle process of `main.ts` perform an operation; `stays`: it waits for another one after its answer. */
export function exchange<Request extends z.ZodObject, Result>(
  child: ChildProcess,
  operation: Operation<Request, Result>,
  request: z.input<Request>,
  { onEvent, stays }: LaunchOptions & { readonly stays: boolean },
): Launched<Result> {
  let stopped = false;
  let answered = false;
  const send = (message: ToProcess) => {
    if (child.connected) child.send(message, () => {}); // a dead child is noticed by its exit
  };
  const end = () => child.kill('SIGKILL');
  const result = new Promise<Result>((resolve, reject) => {
    const last = { phase: 'start', run: undefined as string | undefined, output: '' };
    const forget = collectOutput(child, (text) => {
      last.output = (last.output + text).slice(-4000);
    });
    const receive = (raw: unknown) => {
      const message = parsed(fromProcessSchema, raw);
      if (message.type === 'event') {
        const { event } = message;
        if (event.type === 'phase') last.phase = event.phase;
        if (event.type === 'run') last.run = event.path;
        onEvent?.(event);
        return;
      }
      answered = true;
      if (stays) leave();
      if (message.type === 'failure') reject(fromFailure(message));
      else resolve(parsed(operation.result, message.result));
    };
    const onMessage = (raw: unknown) => {
      // What is thrown in a listener could be caught by nobody.
      try {
        receive(raw);
      } catch (error) {
        reject(error);
        end();
      }
    };
    const onClose = (code: number | null, signal: NodeJS.Signals | null) => {
      if (answered) return;
      const error = stopped ? killed(last.run) : crashed({ code, signal, ...last });
      void tidy(last.run).finally(() => reject(error));
    };
    /** What it says from now on belongs to another operation. */
    const leave = () => {
      forget();
      child.off('message', onMessage).off('close', onClose).off('error', reject);
    };
    child.on('message', onMessage).on('error', reject).on('close', onClose);
    try {
      send({ type: 'perform', name: operation.name, request, stays });
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
    `the options cannot be given to a process: ${messageOf(cause)}`,
    'Options are plain data: text, numbers, true or false, and arrays and objects of these.',
    cause,
  );
}
