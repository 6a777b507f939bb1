import { AdarandError } from '../../errors.js';
import { absolute } from '../../run/folder/absolute.js';
import { experimentFiles } from '../../run/folder/experiment-files.js';
import { stemOf } from '../../run/folder/stem.js';
import type { TuneRequest } from '../../run/options/tune-options.js';
import { ExperimentFolder, type FolderKind, freePath } from '../experiment-folder.js';
import { type TuneRecord, tuneRecordSchema } from './record.js';

/** Where its runs are, but for the best one. */
export const TRIALS = 'trials';

export type TuneFolder = ExperimentFolder<TuneRecord>;

const kind: FolderKind<TuneRecord> = {
  file: experimentFiles.tune,
  schema: tuneRecordSchema,
  runs: TRIALS,
  doing: 'working on this search',
  missing: (path) =>
    new AdarandError(
      'tune.not-a-search',
      `${path} is no search: it has no tune.json`,
      'Give the folder that `tune` wrote.',
    ),
};

/** @throws AdarandError `run.exists`, `run.locked`, `files.write`. */
export async function createTuneFolder({ out, data, model }: TuneRequest): Promise<TuneFolder> {
  return ExperimentFolder.create(out ?? (await freePath(stemOf(data, model, 'tune'))), kind);
}

/** @throws AdarandError `tune.not-a-search`, `run.locked`, `run.damaged`. */
export function openTuneFolder(path: string) {
  return ExperimentFolder.open(path, kind);
}

/** With paths that mean the same in another folder. */
export function placed(request: TuneRequest): TuneRequest {
  const { data, model, source } = request;
  return {
    ...request,
    data: absolute(data),
    model: absolute(model),
    ...(source !== undefined && { source: absolute(source) }),
  };
}
