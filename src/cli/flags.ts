import type { z } from 'zod';
import { AdarandError } from '../errors.js';

/** A command's flags, checked by its schema. @throws AdarandError `cli.usage`. */
export function parseFlags<T>(schema: z.ZodType<T>, flags: unknown): T {
  const result = schema.safeParse(flags);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
  throw new AdarandError('cli.usage', problems.join('; '), 'See `adarand --help`.');
}
