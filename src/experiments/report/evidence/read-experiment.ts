import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseStored } from '../../../run/folder/record.js';
import { type ExperimentRun, experimentRunSchema } from '../../compare/record.js';
import type { RunEvidence } from './evidence.js';
import { readFinished } from './read-run.js';

const FILE = 'experiment.json';

/** What a report reads of an experiment. */
const experimentSchema = z.object({ version: z.literal(1), runs: z.array(experimentRunSchema).min(1) });

export function isExperiment(path: string): boolean {
  return existsSync(join(path, FILE));
}

/** @throws AdarandError `run.damaged`, `run.not-a-run`, `report.run-changed`. */
export async function readExperiment(path: string): Promise<RunEvidence[]> {
  const file = join(path, FILE);
  const { runs } = parseStored(experimentSchema, await readFile(file, 'utf8'), file);
  const found: RunEvidence[] = [];
  for (const run of runs) found.push(await readPlanned(path, run));
  return found;
}

async function readPlanned(folder: string, entry: ExperimentRun): Promise<RunEvidence> {
  const { run, status, dataset, model, method, fraction, seed } = entry;
  const place = { dataset, model, method, fraction, seed };
  const path = join(folder, run);
  if (status === 'finished') return readFinished(path, place);
  if (status === 'failed') return { status, place, path, why: entry.error.message };
  return { status: 'unfinished', place, path, why: 'it has not been trained yet' };
}
