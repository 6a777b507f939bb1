import type { RunPhase } from '../events.js';
import { type Profile, profileOf, type RunPart } from './profile.js';

/** The part that a phase belongs to, apart from what is told of more exactly. */
const partOf = {
  model: 'open',
  download: 'open',
  data: 'open',
  statistics: 'prepare',
  prepare: 'prepare',
  measure: 'prepare',
  compile: 'compile',
  'first-step': 'compile',
  train: 'train',
  validate: 'evaluate',
  test: 'evaluate',
  evaluate: 'evaluate',
  'epoch-callback': 'evaluate',
  diagnose: 'diagnose',
  export: 'finish',
  quantize: 'finish',
  draw: 'finish',
} as const satisfies Readonly<Record<RunPhase, RunPart>>;

interface Spent {
  /** Milliseconds in all, and of these inside ONNX Runtime. */
  all: number;
  inside: number;
}

/**
 * Says what the wall time of an operation goes into. At every moment it runs for one part: that of the phase, or the last of
 * those that `during` has begun; and beside that, for ONNX Runtime where that runs. Two readings of the time for each call of
 * ONNX Runtime and each batch are all that it costs: it always runs.
 */
export class WorkClock {
  readonly #now: () => number;
  readonly #spent = new Map<RunPart, Spent>();
  readonly #begun: { readonly part: RunPart }[] = [];
  #phase: RunPart = 'start';
  /** Calls of ONNX Runtime that have not returned. */
  #running = 0;
  #counted: number;

  /** `began` is when the operation's time began, by `now`, in milliseconds: 0 for the start of this process. */
  constructor(began: number, now: () => number = () => performance.now()) {
    this.#counted = began;
    this.#now = now;
  }

  enter(phase: RunPhase): void {
    this.#count();
    this.#phase = partOf[phase];
  }

  /** The part that work belongs to, whatever the phase. */
  async during<T>(part: RunPart, work: () => T | Promise<T>): Promise<T> {
    const end = this.begin(part);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** The same for what ends when the returned function is called. */
  begin(part: RunPart): () => void {
    this.#count();
    const begun = { part };
    this.#begun.push(begun);
    return () => {
      this.#count();
      this.#begun.splice(this.#begun.lastIndexOf(begun), 1);
    };
  }

  /** The same items; waiting for the next one is time for images. */
  async *imagesOf<T>(items: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const iterator = items[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.during('images', () => iterator.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await this.during('images', () => iterator.return?.());
    }
  }

  /** A call that runs a session of ONNX Runtime. */
  async running<T>(call: () => Promise<T>): Promise<T> {
    this.#count();
    this.#running += 1;
    try {
      return await call();
    } finally {
      this.#count();
      this.#running -= 1;
    }
  }

  /** Up to now. */
  get profile(): Profile {
    this.#count();
    return profileOf((part) => {
      const { all, inside } = this.#spent.get(part) ?? { all: 0, inside: 0 };
      return { seconds: all / 1000, onnxruntime_seconds: inside / 1000 };
    });
  }

  /** The time since the last count is that of the present part. */
  #count(): void {
    const now = this.#now();
    const milliseconds = now - this.#counted;
    this.#counted = now;
    const part = this.#begun.at(-1)?.part ?? this.#phase;
    const spent = this.#spent.get(part) ?? { all: 0, inside: 0 };
    this.#spent.set(part, spent);
    spent.all += milliseconds;
    if (this.#running > 0) spent.inside += milliseconds;
  }
}
