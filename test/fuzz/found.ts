import { z } from 'zod';

/** What came of a reader's cases. */
export const foundSchema = z.object({
  name: z.string(),
  cases: z.number(),
  refused: z.number(),
  /** The case that failed, and how. */
  fault: z.object({ number: z.number(), what: z.string() }).optional(),
});

export type Found = z.infer<typeof foundSchema>;
