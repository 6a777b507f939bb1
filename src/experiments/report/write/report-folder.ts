import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AdarandError } from '../../../errors.js';
import { writeError, writeFileAtomic } from '../../../files/atomic.js';
import { hasMark } from '../../../files/has-mark.js';
import { namesIfThere } from '../../../files/if-there.js';
import { makeFolder, otherThanFolder } from '../../../files/make-folder.js';
import { GENERATOR } from './html.js';

const PAGE = 'report.html';
const LIST = 'files.json';

/** What a report consists of, so that the next one takes away what it does not write itself. */
const listSchema = z.object({
  version: z.literal(1),
  files: z.array(z.string().regex(/^(tables|figures)\/[\w.-]+$/)),
});

/** A report's place on disk: the page, and a folder each for tables and figures. */
export class ReportFolder {
  readonly path: string;
  readonly #before: readonly string[];
  readonly #written: string[] = [];

  private constructor(path: string, before: readonly string[]) {
    this.path = path;
    this.#before = before;
  }

  /**
   * A folder for a report: a new one, an empty one, or that of an earlier report.
   *
   * @throws AdarandError `report.exists` for anything else, `files.write`.
   */
  static async open(path: string): Promise<ReportFolder> {
    const other = await otherThanFolder(path);
    if (other !== undefined)
      throw new AdarandError('report.exists', `${path} is ${other}`, 'Choose another --to.');
    const there = await namesIfThere(path);
    if (there.length > 0 && !(await hasMark(join(path, PAGE), GENERATOR)))
      throw new AdarandError(
        'report.exists',
        `${path} has other files than those of a report`,
        'Choose another --to, or remove them.',
      );
    return new ReportFolder(path, await listed(join(path, LIST)));
  }

  /** Makes the folders. */
  async make(): Promise<void> {
    for (const folder of [this.path, join(this.path, 'tables'), join(this.path, 'figures')])
      await makeFolder(folder).catch((error: unknown) => {
        throw writeError(folder, error);
      });
  }

  /** @param name `tables/accuracy.csv` */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFileAtomic(join(this.path, name), content);
    this.#written.push(name);
  }

  /** Writes the page, and removes what an earlier report has that this one does not. Returns the page's path. */
  async finish(page: string): Promise<string> {
    const path = join(this.path, PAGE);
    await writeFileAtomic(path, page);
    await writeFileAtomic(
      join(this.path, LIST),
      `${JSON.stringify({ version: 1, files: this.#written }, null, 2)}\n`,
    );
    for (const name of this.#before.filter((file) => !this.#written.includes(file)))
      await rm(join(this.path, name), { force: true });
    return path;
  }

  get files(): readonly string[] {
    return this.#written;
  }
}

/** Nothing where there is no list, or one that was changed: then nothing is taken away. */
async function listed(path: string): Promise<readonly string[]> {
  if (!existsSync(path)) return [];
  try {
    return listSchema.parse(JSON.parse(await readFile(path, 'utf8'))).files;
  } catch {
    return [];
  }
}
