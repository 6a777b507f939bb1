import { availableParallelism } from 'node:os';
import { memoryLimit } from '../../runtime/memory-limit.js';

/** What a process takes before it trains: Node, ONNX Runtime, images in memory. */
const BASE_BYTES = 400e6;

/** Share of the memory that runs may take together. */
const SHARE = 0.75;

export interface PlacesOptions {
  /** Runs side by side that were asked for. */
  readonly asked: number | undefined;
  /** Of each run. */
  readonly threads: number | undefined;
  /** Bytes of the largest step, by an estimate; 0 where it is not known. */
  readonly largestStep: number;
  readonly cores?: number;
  readonly memory?: number;
}

/**
 * How many runs there is room for side by side: as many as were asked for; else so many that each has its cores, and that
 * all fit into memory by the largest that was measured, or by an estimate until one was.
 */
export class Places {
  readonly #options: PlacesOptions;
  #peak = 0;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** A run has ended, which took so much memory. */
  measured(bytes: number): void {
    this.#peak = Math.max(this.#peak, bytes);
  }

  get count(): number {
    const {
      asked,
      threads,
      largestStep,
      cores = availableParallelism(),
      memory = memoryLimit(),
    } = this.#options;
    if (asked !== undefined) return asked;
    const each = threads ?? cores;
    const bytes = this.#peak > 0 ? this.#peak : BASE_BYTES + largestStep;
    return Math.max(1, Math.min(Math.floor(cores / each), Math.floor((SHARE * memory) / bytes)));
  }
}
