import { invariant } from '../errors.js';
import type { Device } from '../graph/device.js';
import { countFlops } from '../graph/flops.js';
import { writeOnnx } from '../graph/onnx/write.js';
import { simplify } from '../graph/simplify.js';
import { type Tensor, zeros } from '../graph/tensor.js';
import { sameType, type Value } from '../graph/value.js';
import { crossovers } from '../lowering/crossovers.js';
import { lower } from '../lowering/lower.js';
import { recompute } from '../lowering/recompute.js';
import type { Target } from '../lowering/target.js';
import { checkMemory } from './check-memory.js';
import type { Held } from './device-memory.js';
import type { Driver, Session } from './driver.js';
import { fedAndRead, memoryBound } from './memory-bound.js';
import type { Precision } from './precision.js';
import type { State } from './state.js';

/** A graph over named inputs: those that `State` holds, and those fed at each run. */
export interface ProgramGraph {
  /** What the host reads after each run. */
  readonly outputs: ReadonlyMap<string, Value>;
  /** The next value of each state tensor that a run updates, by its name. */
  readonly updates: ReadonlyMap<string, Value>;
}

export interface CompileOptions {
  readonly driver: Driver;
  readonly device: Device;
  readonly threads?: number | undefined;
  /** Of products, where a program does not ask for another; float32 unless given. */
  readonly precision?: Precision | undefined;
  /** Is told what the user has to know of how programs compute. */
  readonly say?: ((text: string) => void) | undefined;
}

/** The output's name for a state tensor's next value. */
export const nextOf = (name: string): string => `next:${name}`;

/** A compiled step: one call computes everything, from the batch to the updated parameters. */
export class Program {
  readonly #session: Session;
  readonly #outputs: ReadonlyMap<string, Tensor>;
  readonly #updated: readonly string[];

  private constructor(session: Session, outputs: ReadonlyMap<string, Tensor>, updated: readonly string[]) {
    this.#session = session;
    this.#outputs = outputs;
    this.#updated = updated;
  }

  /**
   * `meanwhile` is called while ONNX Runtime makes the session, on another thread where the driver has one.
   *
   * @throws AdarandError `runtime.memory`, `runtime.failed`.
   */
  static async compile(
    graph: ProgramGraph,
    options: CompileOptions,
    meanwhile: () => void = () => {},
  ): Promise<Program> {
    const { driver, device } = options;
    const limit = await driver.memoryLimit(device);
    // Lowering itself takes time and memory where maps are vast.
    checkMemory(fedAndRead(namedOf(graph)), limit);
    const channelBlock = await driver.channelBlock(device);
    const lowered = lowerProgram(graph, { device, channelBlock });
    // Of the updates, which are many, each comes after what the host reads, and needs less.
    const read = [...lowered].flatMap(([name, value]) => (graph.outputs.has(name) ? [value] : []));
    checkMemory(memoryBound(lowered, read.length > 0 ? read : lowered.values()), limit);
    const model = writeOnnx({ outputs: lowered }, device);
    const making = driver.createSession(model, { ...options, lowered: true });
    const [session] = await Promise.all([making, afterThisTurn().then(meanwhile)]);
    const outputs = new Map(
      [...graph.outputs].map(([name, { dtype, shape }]) => [name, zeros(dtype, shape)]),
    );
    return new Program(session, outputs, [...graph.updates.keys()]);
  }

  /**
   * Runs once: reads the state and the feeds, writes the outputs and the state's next values, and swaps. The
   * returned buffers are overwritten by the next run.
   */
  async run(state: State, feeds: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>> {
    await state.place(this.#stored(feeds));
    const inputs = new Map<string, Held>();
    for (const name of this.#session.inputNames) inputs.set(name, feeds.get(name) ?? state.current(name));
    const fetches = new Map<string, Held>(this.#outputs);
    for (const name of this.#updated) fetches.set(nextOf(name), state.next(name));
    await this.#session.run(inputs, fetches);
    state.swap(this.#updated);
    return this.#outputs;
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  /** The inputs that are not fed. */
  #stored(feeds: ReadonlyMap<string, Tensor>): string[] {
    return this.#session.inputNames.filter((name) => !feeds.has(name));
  }
}

/** When what was begun in this turn of the event loop is under way. */
function afterThisTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function namedOf({ outputs, updates }: ProgramGraph): ReadonlyMap<string, Value> {
  const next = [...updates].map(([name, value]) => [nextOf(name), value] as const);
  return new Map([...outputs, ...next]);
}

/** A program's outputs, lowered and simplified: those that the host reads, and the next values of its state. */
export function lowerProgram(graph: ProgramGraph, target: Target): ReadonlyMap<string, Value> {
  const named = namedOf(graph);
  const lowered = simplify(lower([...named.values()], target));
  const bytes = crossovers.recomputedBytesPerFlop * countFlops([...named.values()]);
  const final = recompute(lowered, lowered.slice(0, graph.outputs.size), bytes);
  const outputs = new Map<string, Value>();
  [...named].forEach(([name, value], i) => {
    const result = final[i];
    invariant(result !== undefined && sameType(result, value), `lowering changed the type of ${name}`);
    outputs.set(name, result);
  });
  return outputs;
}
