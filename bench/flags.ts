import { z } from 'zod';

/** How often, or of how many. */
export const count = z.string().transform(Number).pipe(z.int().positive());

/** Names with commas between them, of those that there are. */
export const listOf = <const Name extends string>(known: readonly Name[]) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(known)));

/** @throws an error that says which flags are wrong, and what they may be. */
export function checked<Flags extends z.ZodType>(schema: Flags, flags: unknown): z.output<Flags> {
  const { data, error } = schema.safeParse(flags);
  if (error !== undefined) throw new Error(z.prettifyError(error));
  return data;
}
