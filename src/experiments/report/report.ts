import { join } from 'node:path';
import type { z } from 'zod';
import { compileOptionsFor } from '../../run/device/compile-options.js';
import { type RunHost, throwIfStopped } from '../../run/events.js';
import { gatherEvidence } from './evidence/gather.js';
import { lookAtImages } from './evidence/look-at-images.js';
import { isExperiment } from './evidence/read-experiment.js';
import type { Report, reportOptionsSchema } from './operation.js';
import { sections } from './sections/index.js';
import { ReportFolder } from './write/report-folder.js';
import { writeReport } from './write/write-report.js';

/**
 * Turns runs into evidence, and that into a page, tables and figures.
 *
 * @throws AdarandError `run.not-a-run`, `run.damaged`, `report.nothing`, `report.mixed`, `report.same-place`, `report.baseline`,
 * `report.exists`, `report.no-images`, `files.write`, `run.stopped`; as `openDataset` does for `data`.
 */
export async function makeReport(
  { runs: paths, data, to, baseline, device, threads }: z.output<typeof reportOptionsSchema>,
  host: RunHost,
): Promise<Report> {
  const gathered = await gatherEvidence(paths, baseline);
  const folder = await ReportFolder.open(to ?? placeOf(paths));
  const compile = await compileOptionsFor(device, threads);
  const { images, remarks: lost } = await lookAtImages(gathered, { data, compile }, host);
  const evidence = { ...gathered, images, remarks: [...gathered.remarks, ...lost] };
  host.emit({ type: 'phase', phase: 'draw' });
  const page = await writeReport(evidence, sections, folder, (done, total) => {
    host.emit({ type: 'progress', phase: 'draw', done, total });
    throwIfStopped(host);
  });
  const { runs, methods, remarks } = evidence;
  const count = (status: string) => runs.filter((run) => run.status === status).length;
  return {
    page,
    to: folder.path,
    files: [...folder.files],
    runs: runs.length,
    failed: count('failed'),
    unfinished: count('unfinished'),
    methods: [...methods],
    remarks: [...remarks],
  };
}

/** Of one experiment, its report is in it. */
function placeOf(paths: readonly string[]): string {
  const [only] = paths;
  return paths.length === 1 && only !== undefined && isExperiment(only) ? join(only, 'report') : 'report';
}
