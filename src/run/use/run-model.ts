import type { Head, Network } from '../../nn/network.js';
import type { RunHost } from '../events.js';
import type { RunRecord, RunSummary, UnfinishedRun } from '../folder/record.js';
import { recordedModel } from '../folder/recorded-model.js';
import { RunFolder } from '../folder/run-folder.js';
import { importRecorded, openRecorded } from './open-recorded.js';
import { unfinishedModel } from './unfinished-run.js';

/** A run's classifier, as its `model.onnx` has it (or would have it), so that the exported file is what is evaluated. */
export interface RunModel {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  /** Undefined for a run that is not finished. */
  readonly summary: RunSummary | undefined;
  readonly network: Network;
  readonly head: Head;
  /** Undefined for a run that is finished. */
  readonly unfinished: UnfinishedRun | undefined;
}

/**
 * Opens a run's classifier. Of a run that is not finished, this is the best so far, and the host is told so.
 *
 * @throws AdarandError `run.not-a-run`, `run.damaged`, or as `importOnnx` and `unfinishedModel` do.
 */
export async function openRunModel(path: string, host: Pick<RunHost, 'emit'>): Promise<RunModel> {
  const folder = await RunFolder.open(path);
  const record = await folder.record();
  const summary = await folder.summary();
  const described = recordedModel(folder, record);
  if (summary !== undefined)
    return { folder, record, summary, unfinished: undefined, ...(await openRecorded(described)) };
  const { bytes, unfinished } = await unfinishedModel(folder, record);
  host.emit({ type: 'unfinished', path, ...unfinished });
  return { folder, record, summary, unfinished, ...importRecorded(bytes, described) };
}
