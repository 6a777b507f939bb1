import { copyFile, mkdir, readdir, readFile, readlink, rm, statfs, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { ifThere, lstatIfThere, statIfThere } from '../../files/if-there.js';
import { acquireLock, type Lock } from '../../files/lock.js';
import { systemCode } from '../../files/system-code.js';
import { cacheError, withoutRoom } from './cache-error.js';
import { isEtag } from './digest.js';
import type { HubFile } from './download.js';
import { isCommit } from './name.js';

/** Python's own file of a commit's files, from version 1.10 of huggingface_hub on. */
const treeSchema = z.object({
  format_version: z.literal(1),
  files: z.record(
    z.string(),
    z.object({ size: z.int().min(0), blob_id: z.string(), lfs_sha256: z.string().optional() }),
  ),
});

/**
 * A repository's folder in the cache, as Python's huggingface_hub lays it out:
 *
 *     models--ORG--NAME/
 *       blobs/ETAG                 contents
 *       refs/main                  the commit that a branch or tag was last seen at
 *       snapshots/COMMIT/PATH      links to contents
 *       trees/COMMIT.json          all files of a commit, with sizes and etags
 */
export class RepositoryCache {
  readonly folder: string;
  readonly #lock: string;

  constructor(cache: string, repo: string) {
    const name = `models--${repo.replace('/', '--')}`;
    this.folder = resolve(cache, name);
    this.#lock = resolve(cache, '.locks', name, 'adarand.lock');
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit);
  }

  pointer(commit: string, path: string): string {
    return join(this.snapshot(commit), ...path.split('/'));
  }

  blob(etag: string): string {
    return join(this.folder, 'blobs', etag);
  }

  /** The commit that a branch or tag was last seen at. */
  async ref(revision: string): Promise<string | undefined> {
    const commit = (await textOf(this.#ref(revision)))?.trim();
    return commit !== undefined && isCommit(commit) ? commit : undefined;
  }

  async setRef(revision: string, commit: string): Promise<void> {
    if ((await this.ref(revision)) === commit) return;
    await this.#write(this.#ref(revision), commit);
  }

  #ref(revision: string): string {
    return join(this.folder, 'refs', ...revision.split('/'));
  }

  /** All files of a commit, if they were ever listed. */
  async tree(commit: string): Promise<readonly HubFile[] | undefined> {
    const text = await textOf(this.#tree(commit));
    const result = treeSchema.safeParse(text === undefined ? undefined : jsonIn(text));
    if (!result.success) return undefined;
    const files = Object.entries(result.data.files).map(([path, { size, blob_id, lfs_sha256 }]) => ({
      path,
      size,
      etag: lfs_sha256 ?? blob_id,
    }));
    return files.every(({ etag }) => isEtag(etag)) ? files : undefined;
  }

  async setTree(commit: string, files: readonly (HubFile & { readonly gitSha1: string })[]): Promise<void> {
    const entries = [...files]
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(({ path, size, etag, gitSha1 }) => {
        const large = etag === gitSha1 ? {} : { lfs_sha256: etag, lfs_size: size };
        return [path, { size, blob_id: gitSha1, ...large }];
      });
    const content = { format_version: 1, files: Object.fromEntries(entries) };
    await this.#write(this.#tree(commit), JSON.stringify(content, undefined, 1));
  }

  #tree(commit: string): string {
    return join(this.folder, 'trees', `${commit}.json`);
  }

  /** The files of a commit that are here, by whoever has put them here. */
  async kept(commit: string): Promise<readonly HubFile[]> {
    const root = this.snapshot(commit);
    const names = (await ifThere(root, readdir(root, { recursive: true }))) ?? [];
    const files: HubFile[] = [];
    for (const name of names) {
      const found = await statIfThere(join(root, name));
      if (found?.isFile() !== true) continue;
      const isLink = (await lstatIfThere(join(root, name)))?.isSymbolicLink() === true;
      const target = isLink ? await readlink(join(root, name)) : '';
      const etag = basename(target);
      if (isEtag(etag)) files.push({ path: name.split(sep).join('/'), size: found.size, etag });
    }
    return files;
  }

  /** Gives a content its name in a commit: a link, or a copy where there are no links. */
  async link(commit: string, { path, etag }: HubFile): Promise<void> {
    const pointer = this.pointer(commit, path);
    try {
      await mkdir(dirname(pointer), { recursive: true });
      await rm(pointer, { force: true });
      await symlink(relative(dirname(pointer), this.blob(etag)), pointer).catch(async (error: unknown) => {
        // Another process may have made it.
        if (systemCode(error) !== 'EEXIST') await copyFile(this.blob(etag), pointer);
      });
    } catch (error) {
      throw cacheError(pointer, error);
    }
  }

  /** Forgets a content that is not what its name says. */
  async forget(commit: string, { path, etag }: HubFile): Promise<void> {
    for (const name of [this.pointer(commit, path), this.blob(etag)]) await rm(name, { force: true });
  }

  /** @throws AdarandError `files.disk-full` if there is no room for so many bytes more. */
  async makeFolders(bytes: number): Promise<void> {
    const blobs = join(this.folder, 'blobs');
    for (const folder of [blobs, dirname(this.#lock)])
      await mkdir(folder, { recursive: true }).catch((error: unknown) => {
        throw cacheError(folder, error);
      });
    const { bavail, bsize } = await statfs(blobs);
    for (const name of await readdir(blobs))
      if (name.endsWith('.incomplete')) bytes -= (await statIfThere(join(blobs, name)))?.size ?? 0;
    if (bytes > bavail * bsize) throw withoutRoom(blobs, bytes, bavail * bsize);
  }

  /** Held by the one that downloads; undefined while that is another process. */
  lock(): Lock | undefined {
    try {
      return acquireLock(this.#lock, { code: 'hub.locked', doing: 'downloading' });
    } catch (error) {
      if (error instanceof AdarandError && error.code === 'hub.locked') return undefined;
      throw error;
    }
  }

  /** What only saves a question the next time, and is not missed in a cache that cannot be written to. */
  async #write(path: string, text: string): Promise<void> {
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFileAtomic(path, text);
    } catch (error) {
      const told = cacheError(path, error);
      if (!(told instanceof AdarandError)) throw told;
    }
  }
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
