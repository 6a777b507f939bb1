import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { type Failure, failureSchema } from '../failure.js';
import { experimentFiles } from './experiment-files.js';

/** Of an experiment's record, what is asked for here: the runs, and the configurations that a search tried. */
const runsSchema = z.array(
  z.object({ run: z.string(), status: z.string(), error: failureSchema.optional() }),
);
const experimentSchema = z.object({ runs: runsSchema, tried: runsSchema.optional() });

/** Why a run of a comparison failed; undefined for one that did not, and where its experiment cannot tell. */
export function failureOfRun(run: string): Failure | undefined {
  const experiment = dirname(dirname(resolve(run)));
  const name = relative(experiment, resolve(run)).split(sep).join('/');
  const record = experimentSchema.safeParse(json(join(experiment, experimentFiles.compare)));
  if (!record.success) return undefined;
  const { runs, tried = [] } = record.data;
  return [...runs, ...tried].find((one) => one.run === name && one.status === 'failed')?.error;
}

function json(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // the caller has something else to say
  }
}
