import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AdarandError } from '../../errors.js';
import { commandLine } from '../../run/command-line.js';
import { experimentFiles } from '../../run/folder/experiment-files.js';
import { stemOf } from '../../run/folder/stem.js';
import { ExperimentFolder, type FolderKind, freePath } from '../experiment-folder.js';
import { RUNS } from './plan.js';
import { type ExperimentRecord, experimentRecordSchema } from './record.js';
import type { CompareRequest } from './request.js';

export type CompareFolder = ExperimentFolder<ExperimentRecord>;

const FILE = experimentFiles.compare;

const kind: FolderKind<ExperimentRecord> = {
  file: FILE,
  schema: experimentRecordSchema,
  runs: RUNS,
  doing: 'working on this experiment',
  missing: (path) =>
    new AdarandError(
      'compare.not-an-experiment',
      `${path} is no experiment: it has no ${FILE}`,
      'Give the folder that `compare` wrote.',
    ),
};

/** @throws AdarandError `compare.exists`, `run.exists`, `run.locked`, `files.write`. */
export async function createCompareFolder(
  out: string | undefined,
  { data: [data], models: [model] }: CompareRequest,
): Promise<CompareFolder> {
  if (out !== undefined && existsSync(join(out, FILE)))
    throw new AdarandError(
      'compare.exists',
      `${out} has an experiment already`,
      `Choose another --out, or continue that one: ${commandLine('compare', '--resume', out)}`,
    );
  const path = out ?? (await freePath(stemOf(data?.name ?? 'data', model?.name ?? 'model', 'compare')));
  return ExperimentFolder.create(path, kind);
}

/** @throws AdarandError `compare.not-an-experiment`, `run.locked`, `run.damaged`. */
export function openCompareFolder(path: string) {
  return ExperimentFolder.open(path, kind);
}
