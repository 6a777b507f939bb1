import type { z } from 'zod';
import type { RunHost } from '../events.js';
import { parseOptions } from '../options/parse-options.js';

export const operationNames = [
  'train',
  'resume',
  'evaluate',
  'predict',
  'export',
  'look',
  'inspect',
  'measure-features',
  'check-runs',
  'measure-run',
  'report',
  'check-device',
  'find-cuda',
  'measure-speed',
] as const;

export type OperationName = (typeof operationNames)[number];

export interface OperationDefinition<Request extends z.ZodObject, Result> {
  /** By which another process finds it. */
  readonly name: OperationName;
  readonly request: Request;
  /** Results come from another process; this gives them their type back. */
  readonly result: z.ZodType<Result>;
  /** Does the work. It imports what it needs when it is called: a definition is loaded where nothing is computed. */
  perform(options: z.output<Request>, host: RunHost): Promise<Result>;
}

/**
 * What a process can be asked to do: train, evaluate, and so on. Each is defined in a file of its own, which the process
 * that performs it loads (`process/operations.ts`).
 */
export class Operation<Request extends z.ZodObject, Result> {
  readonly name: OperationName;
  readonly request: Request;
  readonly result: z.ZodType<Result>;
  readonly #perform: OperationDefinition<Request, Result>['perform'];

  constructor({ name, request, result, perform }: OperationDefinition<Request, Result>) {
    this.name = name;
    this.request = request;
    this.result = result;
    this.#perform = perform;
  }

  /** @throws AdarandError `config.invalid` for a request that the schema refuses; whatever the work throws. */
  perform(request: unknown, host: RunHost): Promise<Result> {
    return this.#perform(parseOptions(this.request, request), host);
  }
}
