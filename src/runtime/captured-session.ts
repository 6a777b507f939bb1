import { invariant, messageOf } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { DeviceMemory, DeviceTensor, Held } from './device-memory.js';
import type { Session } from './driver.js';

/** A session that can capture what a run has the device do, and replay that. */
export interface CapturingSession extends Session {
  /** With `graph`, a run is captured under that number, or replayed: all tensors are those of its first time. */
  run(feeds: ReadonlyMap<string, Held>, fetches: ReadonlyMap<string, Held>, graph?: number): Promise<void>;
}

/** Opens a session that captures, or one that does not. @throws AdarandError, also where nothing can be captured. */
export type OpenSession = (captures: boolean) => Promise<CapturingSession>;

export interface CapturedSessionOptions {
  readonly memory: DeviceMemory;
  /** Is told once, where nothing can be captured. */
  say(text: string): void;
}

/** Sets of tensors that runs are captured for: the state's two directions, and those after it was set anew. */
const MOST_GRAPHS = 4;

/**
 * A session whose tensors are all in the device's memory, so that its runs can be captured: a step is then one launch
 * instead of thousands. What the host feeds is copied into tensors of the device's that stay the same, and what it reads is
 * copied from such.
 *
 * A run is captured when it comes with the same tensors for the second time. Where capturing fails, as with nodes that the
 * CPU computes, the session goes on without, and says so. A step that failed has written nothing that it reads, so it is
 * run again.
 */
export class CapturedSession implements Session {
  readonly #open: OpenSession;
  readonly #memory: DeviceMemory;
  readonly #say: (text: string) => void;
  /** Of the device's, for what the host feeds and reads. */
  readonly #twins = new Map<string, DeviceTensor>();
  /** The tensors of each graph, by its number less one. */
  readonly #bound: (readonly Held[])[] = [];
  readonly #captured = new Set<number>();
  #session: CapturingSession;
  #captures: boolean;

  private constructor(
    session: CapturingSession,
    open: OpenSession,
    options: CapturedSessionOptions,
    captures: boolean,
  ) {
    this.#session = session;
    this.#open = open;
    this.#memory = options.memory;
    this.#say = options.say;
    this.#captures = captures;
  }

  static async open(open: OpenSession, options: CapturedSessionOptions): Promise<CapturedSession> {
    try {
      return new CapturedSession(await open(true), open, options, true);
    } catch (error) {
      // If that is not about capturing, it is thrown here.
      const session = await open(false);
      options.say(cannotCapture(error));
      return new CapturedSession(session, open, options, false);
    }
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  async run(feeds: ReadonlyMap<string, Held>, fetches: ReadonlyMap<string, Held>): Promise<void> {
    const up = this.#twinned(feeds, 'input');
    const down = this.#twinned(fetches, 'output');
    await this.#copy(up.pairs.map(({ host, twin }) => [host, twin]));
    await this.#compute(up.tensors, down.tensors);
    await this.#copy(down.pairs.map(({ host, twin }) => [twin, host]));
  }

  async release(): Promise<void> {
    await this.#session.release();
    for (const twin of this.#twins.values()) twin.release();
    this.#twins.clear();
    this.#bound.length = 0;
  }

  async #compute(feeds: ReadonlyMap<string, Held>, fetches: ReadonlyMap<string, Held>): Promise<void> {
    const graph = this.#captures ? this.#graphOf([...feeds.values(), ...fetches.values()]) : undefined;
    if (graph === undefined) return this.#session.run(feeds, fetches);
    if (this.#captured.has(graph)) return this.#session.run(feeds, fetches, graph);
    try {
      await this.#session.run(feeds, fetches, graph);
      this.#captured.add(graph);
    } catch (error) {
      this.#captures = false;
      await this.#session.release();
      this.#session = await this.#open(false);
      await this.#session.run(feeds, fetches);
      this.#say(cannotCapture(error));
    }
  }

  /** The number of the graph with these tensors; undefined the first time, and where there are enough. */
  #graphOf(tensors: readonly Held[]): number | undefined {
    const known = this.#bound.findIndex((bound) => bound.every((tensor, i) => tensor === tensors[i]));
    if (known >= 0) return known + 1;
    if (this.#bound.length < MOST_GRAPHS) this.#bound.push(tensors);
    return undefined;
  }

  /** The same, with a tensor of the device's for each of the host's. */
  #twinned(tensors: ReadonlyMap<string, Held>, kind: 'input' | 'output') {
    const pairs: { readonly host: Tensor; readonly twin: DeviceTensor }[] = [];
    const placed = new Map<string, Held>();
    for (const [name, tensor] of tensors) {
      if (tensor.data === undefined) {
        placed.set(name, tensor);
        continue;
      }
      const twin = this.#twinOf(`${kind} ${name}`, tensor);
      pairs.push({ host: tensor, twin });
      placed.set(name, twin);
    }
    return { tensors: placed, pairs };
  }

  #twinOf(name: string, { dtype, shape }: Tensor): DeviceTensor {
    const known = this.#twins.get(name);
    if (known !== undefined) {
      const isSame = known.dtype === dtype && known.shape.join() === shape.join();
      invariant(isSame, `${name} was ${known.dtype} [${known.shape}], and is ${dtype} [${shape}]`);
      return known;
    }
    const made = this.#memory.allocate({ dtype, shape });
    this.#twins.set(name, made);
    return made;
  }

  async #copy(pairs: readonly (readonly [Held, Held])[]): Promise<void> {
    if (pairs.length === 0) return;
    await this.#memory.copy(
      pairs.map(([from]) => from),
      pairs.map(([, to]) => to),
    );
  }
}

function cannotCapture(error: unknown): string {
  const [first = ''] = messageOf(error).split('\n');
  const reason = /nodes have not been (partitioned|assigned) to/.test(first)
    ? 'some of its operators are computed by the CPU'
    : first;
  return `a step is launched piece by piece, which takes longer, since it cannot be captured as a graph: ${reason}`;
}
