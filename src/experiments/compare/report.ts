import { join } from 'node:path';
import { z } from 'zod';
import { RunFolder } from '../../run/folder/run-folder.js';
import { profileSchema } from '../../run/profile/profile.js';
import { type ExperimentProfile, experimentProfile } from './experiment-profile.js';
import { type ExperimentRecord, type ExperimentRun, experimentRunSchema } from './record.js';

const share = z.number().min(0).max(1);

/** A run with what came of it. */
const comparedRunSchema = z.intersection(
  experimentRunSchema,
  z.object({
    test_accuracy: share.nullable(),
    val_accuracy: share.nullable(),
    best_epoch: z.number().nullable(),
    seconds_per_epoch: z.number().nullable(),
    peak_memory_bytes: z.number().nullable(),
    /** What its time went into; null where its summary does not say it. */
    profile: profileSchema.nullable(),
  }),
);

export type ComparedRun = z.infer<typeof comparedRunSchema>;

/** What `compare` gives: accuracies and tests of each method, and the runs that failed. */
export interface CompareReport {
  readonly path: string;
  readonly runs: readonly ComparedRun[];
  readonly finished: number;
  readonly failed: number;
  /** Of all sessions together. */
  readonly seconds: number;
  /** Null where no run says what its time went into. */
  readonly profile: ExperimentProfile | null;
}

/** What the runs' own summaries say. */
export async function reportOn(
  path: string,
  { runs, seconds, check_seconds }: Pick<ExperimentRecord, 'runs' | 'seconds' | 'check_seconds'>,
): Promise<CompareReport> {
  const compared = await Promise.all(
    runs.map(async (run): Promise<ComparedRun> => {
      const summary =
        run.status === 'finished' ? await (await RunFolder.open(join(path, run.run))).summary() : undefined;
      return {
        ...run,
        test_accuracy: summary?.test_accuracy ?? null,
        val_accuracy: summary?.val_accuracy ?? null,
        best_epoch: summary?.best_epoch ?? null,
        seconds_per_epoch: summary?.seconds_per_epoch ?? null,
        peak_memory_bytes: summary?.peak_memory_bytes ?? null,
        profile: summary?.profile ?? null,
      };
    }),
  );
  const count = (status: ExperimentRun['status']) => runs.filter((run) => run.status === status).length;
  return {
    path,
    runs: compared,
    finished: count('finished'),
    failed: count('failed'),
    seconds,
    profile: experimentProfile(
      compared.map((run) => ({ run, profile: run.profile })),
      check_seconds,
    ),
  };
}
