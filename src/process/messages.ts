import { z } from 'zod';
import { AdarandError } from '../errors.js';
import type { RunEvent } from '../run/events.js';
import { failureSchema } from '../run/failure.js';
import { operationNames } from '../run/operations/operation.js';

/** Parent to child: an operation, by its name, and then at most a request to stop; another one after its answer, if it stays. */
export const toProcessSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('perform'),
    name: z.enum(operationNames),
    request: z.unknown(),
    /** Whether the process waits for another operation after this one. */
    stays: z.boolean(),
  }),
  z.object({ type: z.literal('stop') }),
]);

export type ToProcess = z.infer<typeof toProcessSchema>;

/** A bug of ours has no code, and a stack. */
export const sentFailureSchema = failureSchema
  .partial({ code: true })
  .extend({ type: z.literal('failure'), stack: z.string().optional() });

export type SentFailure = z.infer<typeof sentFailureSchema>;

/** Child to parent: events, then a result or a failure. */
export const fromProcessSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('event'),
    event: z.custom<RunEvent>((event) => z.object({ type: z.string() }).safeParse(event).success),
  }),
  z.object({ type: z.literal('result'), result: z.unknown() }),
  sentFailureSchema,
]);

export type FromProcess = z.infer<typeof fromProcessSchema>;

/**
 * What came from the process, with its type.
 *
 * @throws AdarandError `process.answer` for what is not as promised, such as a result with a number that is not finite.
 */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'all of it'}: ${message}`,
  );
  throw new AdarandError(
    'process.answer',
    `the process sent something else than it promises (${problems.join('; ')})`,
    'Where a number is not finite, start a new run with a smaller --learning-rate, or with another --model.',
    result.error,
  );
}
