import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { writeError } from './atomic.js';

/** A file that grows at its end, by records that are there as a whole or not at all, unless the process is killed. */
export class AppendFile {
  readonly path: string;
  readonly #file: number;

  /** Opens it; creates it if it is not there. @throws AdarandError `files.write`. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#file = openSync(path, 'a');
    } catch (error) {
      throw writeError(path, error);
    }
  }

  /** Appends one record. After an error (a full disk) the file ends where it ended before. */
  append(bytes: Uint8Array): void {
    const before = fstatSync(this.#file).size;
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
    } catch (error) {
      ftruncateSync(this.#file, before);
      throw writeError(this.path, error);
    }
  }

  /** Afterwards, a power cut takes no record away. */
  sync(): void {
    try {
      fsyncSync(this.#file);
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
