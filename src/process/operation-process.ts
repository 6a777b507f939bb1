import type { ChildProcess } from 'node:child_process';
import type { z } from 'zod';
import type { Operation } from '../run/operations/operation.js';
import { exchange } from './exchange.js';
import { operationProcess } from './forked.js';
import type { Launched, LaunchOptions } from './launch.js';

/**
 * A process that performs one operation after another, so that a later one finds the images decoded that an earlier one has
 * used. It starts with the first operation, and anew after one that failed or was stopped.
 */
export class OperationProcess {
  #idle: ChildProcess | undefined;
  #isClosed = false;

  /** One at a time. @throws as `launch` does. */
  perform<Request extends z.ZodObject, Result>(
    operation: Operation<Request, Result>,
    request: z.input<Request>,
    options: LaunchOptions = {},
  ): Launched<Result> {
    const child = this.#idle ?? this.#start();
    this.#idle = undefined;
    const launched = exchange(child, operation, request, { ...options, stays: true });
    const result = launched.result.then((value) => {
      if (this.#isClosed) end(child);
      else this.#keep(child);
      return value;
    });
    return { ...launched, result };
  }

  /** Ends it, as soon as what it is doing is done. */
  close(): void {
    this.#isClosed = true;
    if (this.#idle !== undefined) end(this.#idle);
    this.#idle = undefined;
  }

  #start(): ChildProcess {
    const child = operationProcess();
    // While it is idle, nobody waits for it.
    child.on('error', () => {});
    child.once('close', () => {
      if (this.#idle === child) this.#idle = undefined;
    });
    return child;
  }

  #keep(child: ChildProcess): void {
    if (child.exitCode !== null || child.signalCode !== null || !child.connected) return;
    this.#idle = child;
  }
}

/** One that is idle: it has nothing to save. */
function end(child: ChildProcess): void {
  child.kill('SIGKILL');
}
