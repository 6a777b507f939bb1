import { existsSync, readFileSync } from 'node:fs';
import type { z } from 'zod';

/** What was measured so far: a line of JSON each. None where the file is not there yet. @throws ZodError for another line. */
export function outcomesIn<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema>[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => schema.parse(JSON.parse(line)));
}
