import { z } from 'zod';
import type { AdarandError } from '../errors.js';

/** An error as it is recorded or sent, where its class is lost. */
export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});

export type Failure = z.infer<typeof failureSchema>;

export function failureOf({ code, message, hint }: Pick<AdarandError, 'code' | 'message' | 'hint'>): Failure {
  return { code, message, ...(hint !== undefined && { hint }) };
}
