import { AdarandError } from '../../../errors.js';
import type { CompileOptions } from '../../../runtime/program.js';
import { commandLine } from '../../command-line.js';
import { type RunHost, STOPPED } from '../../events.js';
import type { RunRecord, RunSummary } from '../../folder/record.js';
import type { RunFolder } from '../../folder/run-folder.js';
import { sharedImages } from '../../prepare/shared-images.js';
import { type FoundImages, findImages } from '../find-images.js';
import { spread } from '../known-images.js';
import { openRunModel, type RunModel } from '../run-model.js';
import { type Answers, answersOf } from './answers.js';

/** So many training images, spread over the classes, neighbours are looked for among. */
const NEIGHBOURS_AMONG = 5000;

/** What a run's classifier says of the run's own images. */
export interface Seen {
  readonly model: RunModel;
  /**
   * The images that the page is about: those of the test where the run has been tested, else those of the validation. A
   * test set is looked at once, after training, and this page is no second look at one that was left alone.
   */
  readonly split: 'test' | 'val';
  readonly shown: Answers;
  /** Images of `split` that are not there any more. */
  readonly lost: number;
  /** Undefined where there are none. */
  readonly val: Answers | undefined;
  readonly train: Answers;
  /** How many training images the run has, of which `train` may be a part. */
  readonly trainImages: number;
}

const GIVE_DATA = 'Name the folder that has the images with --data DIR.';

/** What needs the images and the classifier. */
const PARTS = 'confusion, mistakes, classes, calibration and features';

/** Why a part of the page is missing. */
export interface Missing {
  readonly part: string;
  readonly why: string;
}

export interface SeenOptions {
  /** Where the images are now; undefined: where they were when the run began. */
  readonly data: string | undefined;
  readonly compile: CompileOptions;
  /** Training images that are classified as well, spread over the classes; 5000 unless given. */
  readonly trainImages?: number;
}

interface SeenRun {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  readonly summary: RunSummary | undefined;
}

/**
 * Everything that needs the classifier and the images; or why it cannot be had: images that were moved, a model that
 * was changed, a run without a checkpoint. A folder that was given has to have images of the run.
 *
 * @throws AdarandError `look.no-images`, `run.stopped`.
 */
export async function see(
  run: SeenRun,
  { data, compile, trainImages = NEIGHBOURS_AMONG }: SeenOptions,
  host: RunHost,
): Promise<Seen | Missing> {
  const split = run.summary?.test_accuracy == null ? 'val' : 'test';
  try {
    const model = await openRunModel(run.folder.path, host);
    const cache = sharedImages(model.network.preprocessing.imageSize);
    const found = await findImages(model, data ?? run.record.options.data, cache, host);
    const [shown, val, train] = [found(split), found('val'), found('train')];
    if (shown.images.length === 0) throw noImages(shown, split, data ?? run.record.options.data, run);
    const among = spread(train.images, trainImages);
    const lists = split === 'val' ? [shown.images, among] : [shown.images, among, val.images];
    const [first, second, third = first] = await answersOf(model, lists, cache, compile, host);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('a list without answers');
    return {
      model,
      split,
      shown: first,
      lost: shown.lost.length,
      val: third.images.length === 0 ? undefined : third,
      train: second,
      trainImages: train.images.length + train.lost.length,
    };
  } catch (error) {
    if (!(error instanceof AdarandError) || error.code === STOPPED) throw error;
    if (data !== undefined && /^(data[.]|look[.]no-images$)/.test(error.code)) throw error;
    const hint = error.code.startsWith('data.') ? GIVE_DATA : error.hint;
    return { part: PARTS, why: `${error.message}.${hint === undefined ? '' : ` ${hint}`}` };
  }
}

function noImages({ lost }: FoundImages, split: 'test' | 'val', where: string, run: SeenRun): AdarandError {
  const [first] = lost;
  const name = split === 'test' ? 'test' : 'validation';
  if (first === undefined)
    return new AdarandError(
      'look.nothing',
      'the run has neither been tested nor does it have validation images',
      howToSee(run),
    );
  return new AdarandError(
    'look.no-images',
    `${where} has none of the run's ${lost.length} ${name} images, by content: ${first.path}`,
    GIVE_DATA,
  );
}

/** What leads to images that the page can be about. */
function howToSee({ folder, record, summary }: SeenRun): string {
  const { path } = folder;
  const { options, data } = record;
  if (summary === undefined && options.test && data.test > 0)
    return `It is tested when it has ended: ${commandLine('train', '--resume', path)}`;
  return 'A run has validation images with --val-fraction above 0, and is tested without --no-test.';
}
