import { join } from 'node:path';
import type { z } from 'zod';
import { at } from '../../../errors.js';
import { writeFileAtomic } from '../../../files/atomic.js';
import { percent } from '../../../format-accuracy.js';
import { printableName } from '../../../printable.js';
import { compileOptionsFor } from '../../device/compile-options.js';
import type { RunHost } from '../../events.js';
import { readEpochs } from '../../folder/metrics-log.js';
import type { RunSummary } from '../../folder/record.js';
import { RunFolder } from '../../folder/run-folder.js';
import type { LookReport, lookOptionsSchema } from '../../operations/look.js';
import { checkReplaceable } from './check-replaceable.js';
import type { Look } from './look.js';
import { type Measures, measure } from './measure.js';
import { pageOf } from './page/page.js';
import { reportOf } from './report.js';
import { type Seen, see } from './seen.js';

/**
 * Writes a page about a run. A run that was stopped, and one whose images or model are no longer what they were, has one, too,
 * which says what is missing.
 *
 * @throws AdarandError `run.not-a-run`, `run.damaged`, `look.exists`, `look.folder`, `look.no-images`, `device.unavailable`,
 * `run.stopped`.
 */
export async function lookAtRun(
  { run, to, overwrite, data, device, threads }: z.output<typeof lookOptionsSchema>,
  host: RunHost,
): Promise<LookReport> {
  const folder = await RunFolder.open(run);
  const page = to ?? join(run, 'look.html');
  await checkReplaceable(page, overwrite);
  const [record, summary] = [await folder.record(), await folder.summary()];
  const epochs = await readEpochs(folder.metrics);
  const compile = await compileOptionsFor(device, threads);
  const seen = await see({ folder, record, summary }, { data, compile }, host);
  host.emit({ type: 'phase', phase: 'draw' });
  const images = 'why' in seen ? undefined : { seen, measures: measuresOf(seen) };
  const look: Look = {
    name: folder.name,
    record,
    summary,
    unfinished: 'why' in seen ? undefined : seen.model.unfinished,
    epochs,
    images,
    missing: 'why' in seen ? [seen] : [],
    remarks: images === undefined ? [] : remarksOn(images.seen, images.measures, summary),
  };
  const document = Buffer.from(await pageOf(look));
  await writeFileAtomic(page, document);
  return { run, page, bytes: document.length, ...reportOf(look) };
}

function measuresOf(seen: Seen): Measures {
  const { head, network } = seen.model;
  return measure(seen, head.classes.length, network.featureSize);
}

function remarksOn(seen: Seen, measures: Measures, summary: RunSummary | undefined): string[] {
  return [...onClasses(seen, measures), ...onImages(seen, measures, summary)];
}

/** Classes that the figures say nothing about. */
function onClasses({ split, model: { head } }: Seen, { classes }: Measures): string[] {
  const without = head.classes.filter((_, label) => at(classes, label).images === 0).map(printableName);
  if (without.length === 0) return [];
  const names = `${without.slice(0, 10).join(', ')}${without.length > 10 ? ` and ${without.length - 10} more` : ''}`;
  return [
    `There are no ${nameOf(split)} images of ${names}: the figures say nothing about ${without.length === 1 ? 'it' : 'them'}.`,
  ];
}

/** Figures that are of fewer images, or of another classifier, than those that the run has written down. */
function onImages({ lost, split }: Seen, { accuracy }: Measures, summary: RunSummary | undefined): string[] {
  const recorded = split === 'test' ? summary?.test_accuracy : summary?.val_accuracy;
  const name = nameOf(split);
  if (lost > 0)
    return [
      `${lost} of ${lost + accuracy.images} ${name} images are not there any more: what is drawn of single images, classes and probabilities is of the other ${accuracy.images}.`,
    ];
  if (recorded === null || recorded === undefined || Math.abs(recorded - accuracy.accuracy) < 1e-9) return [];
  return [
    `When the run ended, ${percent(recorded)} of the ${name} images were right; now it is ${percent(accuracy.accuracy)}: model.onnx was changed since, or this machine rounds otherwise.`,
  ];
}

function nameOf(split: Seen['split']): string {
  return split === 'test' ? 'test' : 'validation';
}
