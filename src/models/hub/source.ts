import { z } from 'zod';

/** Where a run's model comes from, in `run.json`: enough to get the same files again, and to know that they are. */
export const hubSourceSchema = z.object({
  hub: z.string(),
  /** `org/name`. */
  repo: z.string(),
  /** The branch or tag that was asked for, which may move, or the commit. */
  revision: z.string(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  files: z.array(z.object({ path: z.string(), bytes: z.int().min(0), sha256: z.string() })).min(1),
});

export type HubSource = z.infer<typeof hubSourceSchema>;
