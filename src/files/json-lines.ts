import { readFile } from 'node:fs/promises';
import { AdarandError } from '../errors.js';
import { AppendFile } from './append-file.js';
import { writeFileAtomic } from './atomic.js';
import { specialAt } from './special.js';
import { systemCode } from './system-code.js';
import { cannotRead } from './why-unreadable.js';

/**
 * A growing file of one JSON value per line (metrics.jsonl). Each line is one `write`, so a reader never sees two
 * writers' lines mixed, and a kill leaves at most one half line at the end, which the next `open` removes.
 */
export class JsonLines {
  readonly #file: AppendFile;

  private constructor(file: AppendFile) {
    this.#file = file;
  }

  /**
   * Opens for appending; creates the file if it is not there. A half-written last line is cut off, and so are the
   * lines for which `keep` is false: a run that resumes from step 100 keeps `(line) => line.step <= 100`.
   *
   * @throws AdarandError `files.json-lines` for a line that is not JSON, `files.write` where writing is impossible.
   */
  static async open(path: string, keep: (line: unknown) => boolean = () => true): Promise<JsonLines> {
    const { text, lines } = await read(path);
    const kept = lines.filter(({ value }) => keep(value));
    const wanted = kept.map(({ source }) => `${source}\n`).join('');
    if (wanted !== text) await writeFileAtomic(path, wanted);
    return new JsonLines(new AppendFile(path));
  }

  /** Appends one line. After an error (a full disk) the file ends where it ended before. */
  append(value: unknown): void {
    this.#file.append(Buffer.from(`${JSON.stringify(value)}\n`));
  }

  /** Afterwards, a power cut takes no line away. */
  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}

/**
 * The values of all complete lines; a half-written last line is left out, so a live run's file can be read.
 * A file that does not exist has no lines.
 */
export async function readJsonLines(path: string): Promise<unknown[]> {
  return (await read(path)).lines.map(({ value }) => value);
}

/** The same of a file that was written at once; undefined where its last line is cut. */
export async function readWholeJsonLines(path: string): Promise<unknown[] | undefined> {
  const { text, lines } = await read(path);
  return text === '' || text.endsWith('\n') ? lines.map(({ value }) => value) : undefined;
}

interface Line {
  readonly source: string;
  readonly value: unknown;
}

async function read(path: string): Promise<{ text: string; lines: Line[] }> {
  const special = await specialAt(path);
  if (special !== undefined)
    throw new AdarandError('files.read', `${path} is a ${special}, not a file.`, 'Move it away.');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return '';
    throw cannotRead(path, error);
  });
  const sources = text.split('\n').slice(0, -1); // what follows the last newline is unfinished, or empty
  return { text, lines: sources.map((source, i) => ({ source, value: parse(source, path, i + 1) })) };
}

function parse(source: string, path: string, number: number): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new AdarandError(
      'files.json-lines',
      `${path}, line ${number} is not JSON.`,
      'The file is damaged: delete that line, or move the file away.',
      error,
    );
  }
}
