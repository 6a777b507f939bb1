import { stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { AdarandError, invariant } from '../../errors.js';
import type { Lock } from '../../files/lock.js';
import { commitOf, filesOf } from './api.js';
import { RepositoryCache } from './cache.js';
import { Connection } from './connection.js';
import { sha256IfWhole } from './digest.js';
import { download, type HubFile } from './download.js';
import type { HubHost } from './host.js';
import { type HubName, isCommit } from './name.js';
import { hubSettings } from './settings.js';
import type { HubSource } from './source.js';

/** Bytes. Fewer are here before one could read about them. */
const WORTH_TELLING = 100_000;

/** What may pass, and what a copy in the cache helps over meanwhile. */
const awayCodes: readonly string[] = [
  'hub.unreachable',
  'hub.timeout',
  'hub.server',
  'hub.busy',
  'hub.answer',
];

/**
 * One commit of a repository of the hub. Its files are taken from the cache, or downloaded into it, one by one as they
 * are asked for, and each is compared with its checksum.
 */
export class Snapshot {
  readonly folder: string;
  /** The paths of all files of the commit; of those that are here, where nothing else is known. */
  readonly paths: ReadonlySet<string>;
  readonly #name: HubName;
  readonly #commit: string;
  readonly #files: ReadonlyMap<string, HubFile>;
  readonly #cache: RepositoryCache;
  readonly #connection: Connection;
  readonly #used = new Map<string, HubSource['files'][number]>();
  #lock: Lock | undefined;
  #downloaded = 0;

  private constructor(
    name: HubName,
    commit: string,
    files: readonly HubFile[],
    cache: RepositoryCache,
    connection: Connection,
  ) {
    [this.#name, this.#commit, this.#cache, this.#connection] = [name, commit, cache, connection];
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.paths = new Set(this.#files.keys());
    this.folder = cache.snapshot(commit);
  }

  /** `commit` is one that an earlier run has recorded. Without it, the revision is looked up. */
  static async open(name: HubName, host: HubHost, commit?: string): Promise<Snapshot> {
    const settings = hubSettings();
    const cache = new RepositoryCache(settings.cache, name.repo);
    const connection = new Connection(settings, host);
    const found = commit ?? (await currentCommit(name, cache, connection));
    return new Snapshot(name, found, await listed(name, found, cache, connection), cache, connection);
  }

  get source(): HubSource {
    return {
      hub: this.#connection.settings.endpoint,
      repo: this.#name.repo,
      revision: this.#name.revision ?? 'main',
      commit: this.#commit,
      files: [...this.#used.values()],
    };
  }

  /** Bytes that were not in the cache. */
  get downloaded(): number {
    return this.#downloaded;
  }

  /** Files are in `folder` afterwards, as they were committed. */
  async take(paths: readonly string[]): Promise<void> {
    const missing: HubFile[] = [];
    for (const path of paths) {
      const file = this.#files.get(path);
      if (file === undefined)
        throw new AdarandError(
          'hub.no-file',
          `${this.#name.repo} has no ${path} in its commit ${this.#commit}`,
          'Choose another model, or another revision of it.',
        );
      if (!(await this.#isHere(file))) missing.push(file);
    }
    if (missing.length === 0) return;
    try {
      await this.#cache.makeFolders(missing.reduce((sum, { size }) => sum + size, 0));
      this.#lock ??= await this.#waitForLock();
      await this.#fetch(missing);
    } finally {
      this.#lock?.release();
      this.#lock = undefined;
    }
  }

  /** A small file that is only good to have, and no part of the model: it comes along with others, and never alone. */
  async takeAlong(path: string, limit: number): Promise<void> {
    const file = this.#files.get(path);
    if (file === undefined || file.size > limit || this.#downloaded === 0) return;
    await this.take([path]);
    this.#used.delete(path);
  }

  async #fetch(missing: readonly HubFile[]): Promise<void> {
    const { settings, host } = this.#connection;
    const { repo } = this.#name;
    const total = missing.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    for (const file of missing) {
      // Another process may have brought it while this one waited.
      if (!(await this.#isHere(file))) {
        const base = before;
        const path = file.path.split('/').map(encodeURIComponent).join('/');
        await download(this.#connection, {
          asked: { repo, revision: this.#commit },
          url: `${settings.endpoint}/${repo}/resolve/${this.#commit}/${path}`,
          file,
          to: this.#cache.blob(file.etag),
          onBytes: (count) => {
            if (total >= WORTH_TELLING) host.progress(base + count, total);
          },
        });
        invariant(await this.#isHere(file), `${file.path} was downloaded and is not there`);
        this.#downloaded += file.size;
      }
      before += file.size;
    }
  }

  /** Whether the cache has a file, as it should be; if only its content is there, it gets its name. */
  async #isHere(file: HubFile): Promise<boolean> {
    const { path } = file;
    for (const name of [this.#cache.pointer(this.#commit, path), this.#cache.blob(file.etag)]) {
      const size = await stat(name).then(
        (found) => found.size,
        () => undefined,
      );
      if (size === undefined) continue;
      const sha256 = size === file.size ? await sha256IfWhole(name, file) : undefined;
      if (sha256 === undefined) {
        this.#damaged(file, name);
        await this.#cache.forget(this.#commit, file);
        return false;
      }
      if (name === this.#cache.blob(file.etag)) await this.#cache.link(this.#commit, file);
      this.#used.set(path, { path, bytes: file.size, sha256 });
      return true;
    }
    return false;
  }

  #damaged({ path }: HubFile, name: string): void {
    const { settings, host } = this.#connection;
    const what = `${path} of ${this.#name.repo} is damaged in the cache (${name})`;
    if (settings.offline)
      throw new AdarandError('hub.damaged', what, 'Unset HF_HUB_OFFLINE, so that it is downloaded again.');
    host.remark(`${what}: it is downloaded again`);
  }

  async #waitForLock(): Promise<Lock> {
    const { host } = this.#connection;
    for (let first = true; ; first = false) {
      const lock = this.#cache.lock();
      if (lock !== undefined) return lock;
      if (first) host.remark(`another process downloads ${this.#name.repo}: waiting for it`);
      host.throwIfStopped();
      await wait(200);
    }
  }
}

/** What a revision is now; what it was when it was last looked up, if the hub cannot be asked. */
async function currentCommit(
  { repo, revision = 'main' }: HubName,
  cache: RepositoryCache,
  connection: Connection,
): Promise<string> {
  if (isCommit(revision)) return revision;
  const { settings, host } = connection;
  const last = await cache.ref(revision);
  if (settings.offline && last !== undefined) return last;
  try {
    const commit = await commitOf(connection, { repo, revision });
    await cache.setRef(revision, commit);
    return commit;
  } catch (error) {
    if (last === undefined || !(error instanceof AdarandError) || !awayCodes.includes(error.code))
      throw error;
    host.remark(`${error.message}: ${repo} is taken from the cache, as of commit ${last.slice(0, 8)}`);
    return last;
  }
}

async function listed(
  { repo }: HubName,
  commit: string,
  cache: RepositoryCache,
  connection: Connection,
): Promise<readonly HubFile[]> {
  const known = await cache.tree(commit);
  if (known !== undefined) return known;
  const kept = await cache.kept(commit);
  if (connection.settings.offline && kept.length > 0) return kept;
  try {
    const files = await filesOf(connection, { repo, revision: commit });
    await cache.setTree(commit, files);
    return files;
  } catch (error) {
    // What Python has put there may be all that is needed.
    if (kept.length > 0 && error instanceof AdarandError && awayCodes.includes(error.code)) return kept;
    throw error;
  }
}
