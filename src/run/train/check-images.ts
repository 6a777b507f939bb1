import { existsSync } from 'node:fs';
import type { Dataset } from '../../data/index.js';
import { AdarandError } from '../../errors.js';
import { commandLine } from '../command-line.js';
import { changedImages } from '../folder/changed-images.js';
import { fingerprintDataset } from '../folder/fingerprint.js';
import { readImageList } from '../folder/image-list.js';
import type { RunRecord } from '../folder/record.js';
import type { RunFolder } from '../folder/run-folder.js';
import type { SourceImages } from '../prepare/source-images.js';

/**
 * Whether the images of a run that is resumed are still those that it began with.
 *
 * @throws AdarandError `run.data-changed`, with the files that are others.
 */
export async function checkImages(
  folder: RunFolder,
  record: RunRecord,
  { train, val, test, unused, ...dataset }: Dataset,
): Promise<void> {
  const { data, options } = record;
  if (fingerprintDataset({ train, val, test, unused, ...dataset }) === data.fingerprint) return;
  const found = [train, val, test, unused].flatMap(({ images }) => images);
  const listed = (await readImageList(folder.images, record)).filter(({ split }) => split !== 'source');
  throw dataChanged(options.data, changedImages(listed, found));
}

/** The same of its source images. @throws AdarandError `run.data-changed`. */
export async function checkSource(
  folder: RunFolder,
  record: RunRecord,
  { dataset, images }: SourceImages,
): Promise<void> {
  const { source, options } = record;
  if (fingerprintDataset(dataset) === source?.fingerprint) return;
  const listed = (await readImageList(folder.images, record)).filter(({ split }) => split === 'source');
  throw dataChanged(options.source ?? dataset.report.path, changedImages(listed, images));
}

/** An error of a run whose folder of images is not where it was, with how it goes on. */
export function imagesGone(
  error: unknown,
  run: string,
  { data }: Pick<RunRecord['options'], 'data'>,
): unknown {
  if (!(error instanceof AdarandError) || error.code !== 'data.missing' || existsSync(data)) return error;
  return new AdarandError(
    error.code,
    `${data} does not exist, where the images of this run are expected`,
    `Move the folder back, or name the one that has them now: ${commandLine('train', 'DATA', '--resume', run)}`,
    error,
  );
}

function dataChanged(path: string, what: string): AdarandError {
  return new AdarandError(
    'run.data-changed',
    `${path} is not what this run began with: ${what}`,
    'Restore the folder, or start a new run.',
  );
}
