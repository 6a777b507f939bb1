import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppendFile } from '../../files/append-file.js';
import { removeTemporaries, writeError, writeFileAtomic } from '../../files/atomic.js';
import { makeFolder } from '../../files/make-folder.js';
import { type MetricsLine, readMetrics } from '../folder/metrics-log.js';
import type { RunRecord } from '../folder/record.js';
import type { RunFolder } from '../folder/run-folder.js';
import { firstEvents, lastEvents, metricsEvent, type Picture, sessionEnd, type TestedRun } from './event.js';

/** TensorBoard looks for `tfevents` in names; a name without clock and machine is the same after a run was killed. */
const NAME = 'events.out.tfevents.0.adarand';

/**
 * A run's event file for TensorBoard, `tensorboard/events.out.tfevents.0.adarand`. It follows from `run.json` and
 * `metrics.jsonl`, line by line: a run that is continued makes it again from these, and appends to it.
 */
export class EventFile {
  readonly #file: AppendFile;
  /** Unix seconds, for lines of earlier versions. */
  readonly #started: number;

  private constructor(file: AppendFile, started: number) {
    this.#file = file;
    this.#started = started;
  }

  /** Makes it what the lines of `metrics.jsonl` say, and opens it for the next ones. @throws AdarandError `files.write`. */
  static async open(folder: RunFolder, record: RunRecord): Promise<EventFile> {
    const path = join(folder.tensorboard, NAME);
    await makeFolder(folder.tensorboard).catch((error: unknown) => {
      throw writeError(folder.tensorboard, error);
    });
    await removeTemporaries(folder.tensorboard);
    const started = Date.parse(record.started) / 1000;
    const lines = await readMetrics(folder.metrics);
    const wanted = Buffer.concat([firstEvents(record), ...lines.map((line) => metricsEvent(line, started))]);
    // A TensorBoard that reads the file goes on reading it where nothing has to be taken back.
    const found = await readFile(path).catch(() => undefined);
    if (found === undefined || !found.equals(wanted)) await writeFileAtomic(path, wanted);
    return new EventFile(new AppendFile(path), started);
  }

  append(line: MetricsLine): void {
    this.#file.append(metricsEvent(line, this.#started));
  }

  /** Of a run that is finished. */
  end(summary: TestedRun, pictures: readonly Picture[]): void {
    this.#file.append(lastEvents(summary, pictures, Date.now() / 1000));
  }

  /** Of a run that failed after so many steps; one that is continued makes the file again without it. */
  fail(steps: number): void {
    try {
      this.#file.append(sessionEnd('failure', steps, Date.now() / 1000));
    } catch {
      // Why the run failed is the error to tell; a full disk may be both.
    }
  }

  close(): void {
    this.#file.close();
  }
}
