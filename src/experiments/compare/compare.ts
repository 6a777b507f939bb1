import type { RunEvent } from '../../run/events.js';
import type { Runner } from '../launch-runs.js';
import { checkExperiment } from './check-experiment.js';
import { type CompareFolder, createCompareFolder, openCompareFolder } from './compare-folder.js';
import { Comparison } from './comparison.js';
import type { CompareEvent } from './events.js';
import { newLists, removeLists } from './image-lists.js';
import type { Where } from './options/where.js';
import { plannedRuns } from './plan.js';
import type { ExperimentRecord } from './record.js';
import type { CompareReport } from './report.js';
import type { CompareRequest } from './request.js';

export interface CompareHost extends Runner {
  emit(event: CompareEvent): void;
}

export interface NewExperiment {
  readonly request: CompareRequest;
  readonly out: string | undefined;
  /** Where it was written, for what is wrong with it. */
  readonly where: Where;
  /** Runs side by side; as many as cores and memory allow, unless given. */
  readonly parallel?: number | undefined;
}

/** @throws AdarandError for what is wrong with the experiment; what is wrong with one of its runs is recorded there. */
export async function startComparison(
  { request, out, where, parallel }: NewExperiment,
  host: CompareHost,
): Promise<CompareReport> {
  const folder = await createCompareFolder(out, request);
  let isBegun = false;
  try {
    const { record: checked, largestStep } = await checkedRecord(request, { folder, where, host });
    const record = { ...checked, parallel: parallel ?? null };
    await folder.write(record);
    isBegun = true;
    return await new Comparison(folder, record, host, { largestStep, retry: false }).run();
  } finally {
    if (!isBegun) await removeLists(folder);
    folder.close();
    if (!isBegun) await folder.remove();
  }
}

async function checkedRecord(
  request: CompareRequest,
  {
    folder,
    where,
    host,
  }: { readonly folder: CompareFolder; readonly where: Where; readonly host: CompareHost },
): Promise<{ readonly record: Omit<ExperimentRecord, 'parallel'>; readonly largestStep: number }> {
  const began = performance.now();
  const runs = plannedRuns(request);
  const lists = await newLists(folder);
  const onEvent = (event: RunEvent) => host.emit({ type: 'check-event', event });
  const { splits, presets, data, remarks, known, stepBytes } = await checkExperiment(request, runs, {
    lists,
    where,
    runner: host,
    onEvent,
  });
  host.emit({ type: 'checked', data, remarks, known });
  const seconds = (performance.now() - began) / 1000;
  const spent = { seconds, check_seconds: seconds };
  return {
    record: { version: 1, request, runs, splits, presets, tried: [], chosen: [], ...spent },
    largestStep: stepBytes,
  };
}

export interface Continuation {
  readonly path: string;
  /** Whether runs that failed are tried again. */
  readonly retry: boolean;
  /** As many side by side from here on; as it was begun, unless given. */
  readonly parallel?: number | undefined;
}

/** @throws AdarandError `compare.not-an-experiment`, `run.locked`, `run.damaged`, and as `startComparison`. */
export async function resumeComparison(
  { path, retry, parallel }: Continuation,
  host: CompareHost,
): Promise<CompareReport> {
  const { folder, record } = await openCompareFolder(path);
  const now = { ...record, parallel: parallel ?? record.parallel };
  try {
    if (now.parallel !== record.parallel) await folder.write(now);
    return await new Comparison(folder, now, host, { largestStep: 0, retry }).run();
  } finally {
    folder.close();
  }
}
