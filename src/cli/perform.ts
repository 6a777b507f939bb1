import type { z } from 'zod';
import { launch } from '../process/launch.js';
import type { Operation } from '../run/operations/operation.js';
import { createProgress } from './progress.js';
import { supervise } from './supervise.js';

/** Performs an operation in a process of its own, with its progress on stdout. */
export async function perform<Request extends z.ZodObject, Result>(
  operation: Operation<Request, Result>,
  request: z.input<Request>,
  { json }: { readonly json: boolean },
): Promise<Result> {
  const progress = createProgress({ json });
  return supervise(launch(operation, request, progress)).finally(() => progress.end());
}
