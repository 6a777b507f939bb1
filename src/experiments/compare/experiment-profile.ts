import { type Profile, sumOf, totalOf } from '../../run/profile/profile.js';
import type { ExperimentRun } from './record.js';

/** What the time of an experiment's finished runs went into, of those that say so. */
export interface ExperimentProfile {
  /** How many they are. */
  readonly runs: number;
  /** Of all of them together. */
  readonly parts: Profile;
  /** Seconds from asking for a run to its result, summed: starting and ending processes is in no part. */
  readonly run_seconds: number;
  /** Share of these inside ONNX Runtime. */
  readonly onnxruntime_share: number;
  /** What the checks before the first run took. */
  readonly check_seconds: number;
}

export interface ProfiledRun {
  readonly run: ExperimentRun;
  readonly profile: Profile | null;
}

/** Null where no run says it. */
export function experimentProfile(
  runs: readonly ProfiledRun[],
  checkSeconds: number,
): ExperimentProfile | null {
  const known = runs.flatMap(({ run, profile }) =>
    run.status === 'finished' && profile !== null ? [{ seconds: run.seconds, profile }] : [],
  );
  if (known.length === 0) return null;
  const parts = sumOf(known.map(({ profile }) => profile));
  const seconds = known.reduce((sum, run) => sum + run.seconds, 0);
  return {
    runs: known.length,
    parts,
    run_seconds: seconds,
    onnxruntime_share: totalOf(parts).onnxruntime_seconds / seconds,
    check_seconds: checkSeconds,
  };
}
