import { z } from 'zod';

/** What ends the output of a command, on stdout and on stderr. */
export const END = '\u0000';

/** A command: what follows `adarand`. */
export const toSessionSchema = z.object({ words: z.array(z.string()) });

export type ToSession = z.infer<typeof toSessionSchema>;

/** Its exit code, when it has ended. */
export const fromSessionSchema = z.object({ code: z.number() });

export type FromSession = z.infer<typeof fromSessionSchema>;
