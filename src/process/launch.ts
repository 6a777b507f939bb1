import type { z } from 'zod';
import type { RunEvent } from '../run/events.js';
import type { Operation } from '../run/operations/operation.js';
import { exchange } from './exchange.js';
import { operationProcess } from './forked.js';

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
  options: LaunchOptions = {},
): Launched<Result> {
  return exchange(operationProcess(), operation, request, { ...options, stays: false });
}
