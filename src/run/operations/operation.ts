import type { z } from 'zod';
import type { RunHost } from '../events.js';
import { parseOptions } from '../options/parse-options.js';

export interface OperationDefinition<Request extends z.ZodObject, Result> {
  /** `import.meta.url` of the file that defines it, by which another process finds it. */
  readonly module: string;
  readonly request: Request;
  /** Results come from another process; this gives them their type back. */
  readonly result: z.ZodType<Result>;
  /** Does the work. It imports what it needs when it is called: a definition is loaded where nothing is computed. */
  perform(options: z.output<Request>, host: RunHost): Promise<Result>;
}

/**
 * What a process can be asked to do: train, evaluate, and so on. Each is the only export of its kind of one file in
 * this folder. The process that performs it loads that file, so there is no list to keep.
 */
export class Operation<Request extends z.ZodObject, Result> {
  readonly module: string;
  readonly request: Request;
  readonly result: z.ZodType<Result>;
  readonly #perform: OperationDefinition<Request, Result>['perform'];

  constructor({ module, request, result, perform }: OperationDefinition<Request, Result>) {
    this.module = module;
    this.request = request;
    this.result = result;
    this.#perform = perform;
  }

  /** @throws AdarandError `config.invalid` for a request that the schema refuses; whatever the work throws. */
  perform(request: unknown, host: RunHost): Promise<Result> {
    return this.#perform(parseOptions(this.request, request), host);
  }
}
