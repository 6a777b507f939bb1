import type { RunOptions } from '../options/train-options.js';

/** How many CPU threads compute: as given, or one for each of the machine's cores. */
export function threadCount({ threads }: Pick<RunOptions, 'threads'>, cores: number): number {
  return threads ?? cores;
}

/** What to say where a run that began with `before` threads continues with `now`; undefined where nothing changes. */
export function threadsChanged(before: number, now: number): string | undefined {
  if (before === now) return undefined;
  return (
    `this run began with ${before} CPU threads, one per core, and continues with ${now}: sums are rounded otherwise, so ` +
    'it will not end with the same bits as if it had not been interrupted. A run with --threads keeps their number.'
  );
}
