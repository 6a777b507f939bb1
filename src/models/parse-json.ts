import type { z } from 'zod';
import { AdarandError } from '../errors.js';

/** A file of a model's folder. @throws AdarandError `model.config`, naming the `file`. */
export function parseJson<T>(schema: z.ZodType<T>, json: string, file: string): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new AdarandError(
      'model.config',
      `${file} is not JSON`,
      'Download or export the model again.',
      error,
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the file'}: ${message}`,
  );
  throw new AdarandError(
    'model.config',
    `${file} does not describe the model: ${problems.join('; ')}`,
    'It should be as the library that the model comes from writes it.',
  );
}
