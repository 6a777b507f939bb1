import { z } from 'zod';
import { median } from '../../analysis/statistics.js';
import { JsonLines, readJsonLines } from '../../files/json-lines.js';
import type { RunEvent } from '../events.js';

/** The fields that every line of `metrics.jsonl` has; the metrics are further fields, by their names. */
const lineSchema = z.looseObject({
  type: z.enum(['step', 'epoch']),
  epoch: z.int().min(0),
  step: z.int().min(0),
  seconds: z.number().min(0).optional(),
  /** When it was written. Earlier versions did not record it. */
  unix_seconds: z.number().optional(),
  val_accuracy: z.number().optional(),
});

export type MetricsLine = z.infer<typeof lineSchema>;

/** Writes `metrics.jsonl`: a line per epoch (means over its steps, validation), and one every so many steps. */
export class MetricsLog {
  readonly #lines: JsonLines;
  readonly #logEvery: number;
  #epochStarted = performance.now();

  private constructor(lines: JsonLines, logEvery: number) {
    this.#lines = lines;
    this.#logEvery = logEvery;
  }

  /** Opens it for a run that has done `step` steps and `epoch` epochs; what was logged later is dropped. */
  static async open(
    path: string,
    { step, epoch, logEvery }: { readonly step: number; readonly epoch: number; readonly logEvery: number },
  ): Promise<MetricsLog> {
    const keep = (value: unknown) => {
      const line = lineSchema.safeParse(value).data;
      return line !== undefined && (line.type === 'epoch' ? line.epoch <= epoch : line.step <= step);
    };
    return new MetricsLog(await JsonLines.open(path, keep), logEvery);
  }

  /** Returns the line that the event became, if it did. */
  record(event: RunEvent): MetricsLine | undefined {
    const unix_seconds = Date.now() / 1000;
    if (event.type === 'step') {
      const { type, epoch, step, metrics } = event;
      if (step !== 1 && step % this.#logEvery !== 0) return undefined;
      return this.#append({ type, epoch, step, ...metrics, unix_seconds });
    }
    if (event.type !== 'epoch') return undefined;
    const { type, epoch, step, best, metrics } = event;
    const now = performance.now();
    const seconds = (now - this.#epochStarted) / 1000;
    this.#epochStarted = now;
    const line = this.#append({ type, epoch, step, best, seconds, ...metrics, unix_seconds });
    // The checkpoint that follows is not to outlive it.
    this.#lines.sync();
    return line;
  }

  #append(line: MetricsLine): MetricsLine {
    this.#lines.append(line);
    return line;
  }

  /** Starts the clock of the first epoch. */
  begin(): void {
    this.#epochStarted = performance.now();
  }

  close(): void {
    this.#lines.close();
  }
}

/** Whether a line is of an epoch in which there was training: 0 is what training began with. */
function isTrained(line: MetricsLine): boolean {
  return line.type === 'epoch' && line.epoch > 0;
}

/** The lines, in their order; what is no line of ours is left out. */
export async function readMetrics(path: string): Promise<MetricsLine[]> {
  return (await readJsonLines(path)).flatMap((line) => lineSchema.safeParse(line).data ?? []);
}

/** Validation accuracy of what training began with, where it was a candidate. */
export async function startAccuracy(path: string): Promise<number | undefined> {
  const lines = await readMetrics(path);
  return lines.find((line) => line.type === 'epoch' && line.epoch === 0)?.val_accuracy;
}

/** Median over the logged epochs, so that an epoch that was interrupted has little effect; undefined where none is logged. */
export async function secondsPerEpoch(path: string): Promise<number | undefined> {
  return medianSeconds(await readMetrics(path));
}

/** The same of lines. */
export function medianSeconds(lines: readonly MetricsLine[]): number | undefined {
  const seconds = lines.flatMap((line) => (isTrained(line) ? (line.seconds ?? []) : []));
  return seconds.length === 0 ? undefined : median(seconds);
}

/** An epoch's line: its number, 0 for what training began with, and its metrics. */
export interface EpochMetrics {
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, unknown>>;
}

/** The epochs that are logged, in order. */
export async function readEpochs(path: string): Promise<EpochMetrics[]> {
  const lines = await readMetrics(path);
  return lines.flatMap((line) => (line.type === 'epoch' ? [{ epoch: line.epoch, metrics: line }] : []));
}
