import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { AdarandError } from '../../errors.js';
import { cacheError } from './cache-error.js';
import type { Answer, Connection } from './connection.js';
import { type Etag, sha256IfWhole } from './digest.js';
import { type Asked, Passing } from './failures.js';

/** A file of a repository. */
export interface HubFile {
  /** In the repository, with `/`. */
  readonly path: string;
  readonly size: number;
  readonly etag: Etag;
}

export interface Download {
  readonly asked: Asked;
  readonly url: string;
  readonly file: HubFile;
  /** Where its content goes. Until it is complete, it is in `TO.incomplete`, from which the next download goes on. */
  readonly to: string;
  /** Bytes that are here. */
  onBytes(count: number): void;
}

/**
 * Downloads one file. It gets its name when its size and its checksum are right.
 *
 * @throws AdarandError `hub.checksum`, `files.disk-full`, `files.write`, and as `Connection.request` does.
 */
export async function download(connection: Connection, wanted: Download): Promise<void> {
  const { to, file } = wanted;
  const incomplete = `${to}.incomplete`;
  const begun = await fetchInto(incomplete, connection, wanted);
  if ((await sha256IfWhole(incomplete, file)) === undefined) {
    // What an earlier download has left may have been the wrong part: this one begins anew.
    await rm(incomplete, { force: true });
    if (!begun) throw wrong(wanted);
    await fetchInto(incomplete, connection, wanted);
    if ((await sha256IfWhole(incomplete, file)) === undefined) {
      await rm(incomplete, { force: true });
      throw wrong(wanted);
    }
  }
  await rename(incomplete, to).catch((error: unknown) => {
    throw cacheError(to, error);
  });
}

/** Completes the file; whether a part of it was there. */
async function fetchInto(path: string, connection: Connection, wanted: Download): Promise<boolean> {
  const part = await Part.open(path, wanted);
  const begun = part.size > 0;
  try {
    if (!part.isComplete)
      await connection.request(
        wanted.asked,
        () => ({ url: wanted.url, headers: { 'accept-encoding': 'identity', ...part.range() } }),
        (answer) => part.take(answer),
        () => part.size,
      );
    await part.sync();
  } finally {
    await part.close();
  }
  return begun;
}

/** The part of a file that is here. */
class Part {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #wanted: Download;
  size: number;

  private constructor(path: string, handle: FileHandle, size: number, wanted: Download) {
    [this.#path, this.#handle, this.#wanted] = [path, handle, wanted];
    this.size = size;
  }

  static async open(path: string, wanted: Download): Promise<Part> {
    try {
      const handle = await open(path, 'a');
      const part = new Part(path, handle, (await handle.stat()).size, wanted);
      if (part.size > wanted.file.size) await part.#empty();
      wanted.onBytes(part.size);
      return part;
    } catch (error) {
      throw cacheError(path, error);
    }
  }

  get isComplete(): boolean {
    return this.size === this.#wanted.file.size;
  }

  range(): Record<string, string> {
    return this.size === 0 ? {} : { range: `bytes=${this.size}-` };
  }

  async take({ status, headers, chunks }: Answer): Promise<void> {
    const { file, asked } = this.#wanted;
    const start = status === 206 ? Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1]) : 0;
    // A server may ignore what it was asked to begin at.
    if (start !== this.size) {
      await this.#empty();
      if (start !== 0) throw new Passing(wrong(this.#wanted));
    }
    for await (const chunk of chunks) {
      if (this.size + chunk.length > file.size) {
        await this.#empty();
        throw wrong(this.#wanted);
      }
      await this.#append(chunk);
    }
    if (!this.isComplete)
      throw new Passing(
        new AdarandError(
          'hub.cut',
          `The download of ${file.path} of ${asked.repo} ended after ${this.size} of ${file.size} bytes`,
          'The same command goes on from there.',
        ),
      );
  }

  async #append(chunk: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < chunk.length; )
        done += (await this.#handle.write(chunk, done, chunk.length - done)).bytesWritten;
    } catch (error) {
      throw cacheError(this.#path, error);
    }
    this.size += chunk.length;
    this.#wanted.onBytes(this.size);
  }

  async #empty(): Promise<void> {
    await this.#handle.truncate(0);
    this.size = 0;
    this.#wanted.onBytes(0);
  }

  async sync(): Promise<void> {
    await this.#handle.sync().catch((error: unknown) => {
      throw cacheError(this.#path, error);
    });
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

function wrong({ file, asked }: Download): AdarandError {
  return new AdarandError(
    'hub.checksum',
    `What was downloaded as ${file.path} of ${asked.repo} is not that file: its checksum or its size is wrong`,
    'Try again. If it happens again, something between here and the hub changes files: a proxy, or the mirror in HF_ENDPOINT.',
  );
}
