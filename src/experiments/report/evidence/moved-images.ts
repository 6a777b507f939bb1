import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, DatasetImage } from '../../../data/index.js';
import { AdarandError, at } from '../../../errors.js';
import type { RunHost } from '../../../run/events.js';
import { type ListedImage, readImageList } from '../../../run/folder/image-list.js';
import { RunFolder } from '../../../run/folder/run-folder.js';
import { sharedImages } from '../../../run/prepare/shared-images.js';
import { openWhole } from '../../../run/use/open-whole.js';
import type { FinishedRun } from './evidence.js';
import type { ImageOf } from './image-at.js';

/** Where the images of a run are now. */
export interface Moved {
  readonly folder: string;
  /** By the path that an image had inside the run's dataset. */
  readonly imageOf: ImageOf;
}

/**
 * The images of runs in a folder that they were moved to, by their contents: in DATA, or, where it has a folder of the
 * dataset's name, in that.
 */
export class MovedImages {
  readonly #data: string;
  readonly #host: RunHost;
  readonly #opened = new Map<string, Promise<Dataset>>();
  readonly #missed: { readonly folder: string; readonly dataset: string; readonly first: ListedImage }[] = [];
  #hasFound = false;

  constructor(data: string, host: RunHost) {
    this.#data = data;
    this.#host = host;
  }

  /** Undefined where none of the run's images is there. @throws AdarandError as `openWhole` and `readImageList` do. */
  async of({ path, record }: FinishedRun, split: 'test' | 'val'): Promise<Moved | undefined> {
    const named = join(this.#data, record.data.name);
    const folder = existsSync(named) ? named : this.#data;
    const all = await readImageList((await RunFolder.open(path)).images, record);
    const list = all.filter((image) => image.split === split);
    const byDigest = await this.#byDigest(folder, record.model.preprocessing.imageSize);
    const byName = new Map(list.map(({ path: name, digest }) => [name, byDigest.get(digest)]));
    if (list.some(({ digest }) => byDigest.has(digest))) {
      this.#hasFound = true;
      return { folder, imageOf: (name) => byName.get(name) };
    }
    const [first] = list;
    if (first !== undefined) this.#missed.push({ folder, dataset: record.data.name, first });
    return undefined;
  }

  /** A folder that has no image of any run was given by mistake. @throws AdarandError `report.no-images`. */
  checkFound(): void {
    if (this.#hasFound || this.#missed.length === 0) return;
    const { folder, dataset, first } = at(this.#missed, 0);
    throw new AdarandError(
      'report.no-images',
      `${folder} has none of the images of ${dataset} that runs were measured on, by content: ${first.path}`,
      'Name the folder that has them with --data, or leave it out: the report is then made without pictures of images.',
    );
  }

  async #byDigest(folder: string, imageSize: number): Promise<ReadonlyMap<string, DatasetImage>> {
    const key = `${imageSize} ${folder}`;
    const opening = this.#opened.get(key) ?? openWhole(folder, sharedImages(imageSize), this.#host);
    this.#opened.set(key, opening);
    const { train, val, test } = await opening;
    return new Map([...train.images, ...val.images, ...test.images].map((image) => [image.digest, image]));
  }
}
